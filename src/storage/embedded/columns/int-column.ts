/**
 * Whole numbers as differences from one to the next, in groups: those of regular times are all the same, those of slow counters small.
 *
 *   first number (zigzag) | for each group of 32: the smallest difference (zigzag) | width | what each is above that, in `width` bits
 */
import { BitReader, BitWriter, numberEnd, readNumber, unzigzag, writeNumber, zigzag } from './bit-stream';

const GROUP = 32;
/** Differences of two such numbers, and differences of those, are still exact. */
export const MAX_INT = 2 ** 50;
/** Bytes of `count` numbers, at most. */
export function intColumnBytes(count: number): number {
  return 16 + count * 8 + Math.ceil(count / GROUP) * 10;
}

const differences = new Float64Array(GROUP);

/** @param numbers at least one; none beyond MAX_INT. @returns where the column ends */
export function writeInts(numbers: Float64Array, count: number, bytes: Uint8Array, at: number): number {
  at = writeNumber(zigzag(numbers[0]), bytes, at);
  for (let from = 1; from < count; from += GROUP) {
    const size = Math.min(GROUP, count - from);
    let least = Infinity;
    let most = -Infinity;
    for (let i = 0; i < size; i++) {
      const difference = numbers[from + i] - numbers[from + i - 1];
      differences[i] = difference;
      if (difference < least) least = difference;
      if (difference > most) most = difference;
    }
    at = writeNumber(zigzag(least), bytes, at);
    const width = widthOf(most - least);
    bytes[at++] = width;
    if (width === 0) continue;
    const bits = new BitWriter(bytes, at);
    for (let i = 0; i < size; i++) bits.write(differences[i] - least, width);
    at = bits.end();
  }
  return at;
}

/** @returns where the column ends */
export function readInts(bytes: Uint8Array, at: number, count: number, into: Float64Array): number {
  let n = unzigzag(readNumber(bytes, at));
  at = numberEnd.at;
  into[0] = n;
  for (let from = 1; from < count; from += GROUP) {
    const end = Math.min(from + GROUP, count);
    const least = unzigzag(readNumber(bytes, at));
    at = numberEnd.at;
    const width = bytes[at++];
    if (width === 0) {
      for (let i = from; i < end; i++) into[i] = n += least;
      continue;
    }
    const bits = new BitReader(bytes, at);
    for (let i = from; i < end; i++) into[i] = n += least + bits.read(width);
    at = bits.end();
  }
  return at;
}

/** Bits that a number needs, 0 for 0. */
export function widthOf(n: number): number {
  if (n < 2 ** 32) return 32 - Math.clz32(n);
  return 64 - Math.clz32(Math.floor(n / 2 ** 32));
}
