/**
 * Bit patterns of 32 bits, each against the one before, as Gorilla has it, but with one window of bits for a group of them.
 *
 *   first pattern (4) | for each group of 32: where the window starts | how wide it is | each one's bits in it
 */
import { BitReader, BitWriter } from './bit-stream';

const GROUP = 32;

/** Bytes of `count` patterns, at most. */
export function xorColumnBytes(count: number): number {
  return 8 + count * 4 + Math.ceil(count / GROUP) * 4;
}

/** @returns where the column ends */
export function writePatterns(patterns: Uint32Array, count: number, bytes: Buffer, at: number): number {
  at = bytes.writeUInt32BE(patterns[0], at);
  for (let from = 1; from < count; from += GROUP) {
    const end = Math.min(from + GROUP, count);
    let used = 0;
    for (let i = from; i < end; i++) used |= patterns[i] ^ patterns[i - 1];
    const start = used === 0 ? 0 : 31 - Math.clz32(used & -used);
    const width = used === 0 ? 0 : 32 - Math.clz32(used) - start;
    bytes[at++] = start;
    bytes[at++] = width;
    if (width === 0) continue;
    const bits = new BitWriter(bytes, at);
    for (let i = from; i < end; i++) bits.write((patterns[i] ^ patterns[i - 1]) >>> start, width);
    at = bits.end();
  }
  return at;
}

/** @returns where the column ends */
export function readPatterns(bytes: Buffer, at: number, count: number, into: Uint32Array): number {
  let pattern = bytes.readUInt32BE(at);
  at += 4;
  into[0] = pattern;
  for (let from = 1; from < count; from += GROUP) {
    const end = Math.min(from + GROUP, count);
    const start = bytes[at++];
    const width = bytes[at++];
    const bits = new BitReader(bytes, at);
    for (let i = from; i < end; i++) into[i] = pattern = (pattern ^ (bits.read(width) << start)) >>> 0;
    at = bits.end();
  }
  return at;
}
