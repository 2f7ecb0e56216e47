import { IllegalDataError } from './errors';
import { hourOf, isMilliseconds } from './time';

/*
 * Qualifier of one data point:
 *   seconds, 2 bytes:       offset (12 bits) | float (1) | value length - 1 (3)
 *   milliseconds, 4 bytes:  1111 | offset (22 bits) | 00 | float (1) | value length - 1 (3)
 */

/** Bits of the flags beside the offset of a second qualifier. */
export const FLAG_BITS = 4;
/** Bits beside the offset of a millisecond qualifier. */
const MS_FLAG_BITS = 6;
/** The value is floating point. */
export const FLAG_FLOAT = 0x8;
/** Value length less one. */
export const LENGTH_MASK = 0x7;
export const FLAGS_MASK = FLAG_FLOAT | LENGTH_MASK;
/** The top nibble that makes a qualifier a millisecond one. */
export const MS_BYTE_FLAG = 0xf0;

/** Whether the qualifier that starts with this byte is a millisecond one. */
export function isMsByte(firstByte: number): boolean {
  return (firstByte & MS_BYTE_FLAG) === MS_BYTE_FLAG;
}

/** Bytes of the qualifier of a timestamp of either unit. */
function qualifierLengthOf(timestamp: number | bigint): 2 | 4 {
  return isMilliseconds(timestamp) ? 4 : 2;
}

/**
 * Writes the qualifier of a point. Mirrors Internal.buildQualifier.
 * @param timestamp seconds or milliseconds, by the bit rule of isMilliseconds
 * @param flags of the encoded value
 * @returns bytes written: 2 or 4
 */
export function writeQualifier(out: Uint8Array, at: number, timestamp: number | bigint, flags: number): 2 | 4 {
  const t = Number(timestamp);
  if (isMilliseconds(t)) {
    const q = 0xf0000000 | ((t - hourOf(t) * 1000) << MS_FLAG_BITS) | flags;
    out[at] = q >>> 24;
    out[at + 1] = q >>> 16;
    out[at + 2] = q >>> 8;
    out[at + 3] = q;
    return 4;
  }
  const q = ((t - hourOf(t)) << FLAG_BITS) | flags;
  out[at] = q >>> 8;
  out[at + 1] = q;
  return 2;
}

/** The qualifier of a point; see writeQualifier. */
export function buildQualifier(timestamp: number | bigint, flags: number): Buffer {
  const out = Buffer.alloc(qualifierLengthOf(timestamp));
  writeQualifier(out, 0, timestamp, flags);
  return out;
}

/** Bytes of the qualifier at an offset: 2 or 4. */
export function qualifierLengthAt(bytes: Uint8Array, at: number): 2 | 4 {
  return isMsByte(bytes[at]) ? 4 : 2;
}

/** Milliseconds from the base time of the qualifier at an offset; unchecked, see checkQualifierAt. */
export function offsetMsAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (isMsByte(first))
    return ((((first & 0x0f) << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) & 0x0fffffc0) >>> MS_FLAG_BITS;
  return (((first << 8) | bytes[at + 1]) >>> FLAG_BITS) * 1000;
}

/** Float bit and length bits of the qualifier at an offset; unchecked. */
export function flagsAt(bytes: Uint8Array, at: number): number {
  return bytes[at + (isMsByte(bytes[at]) ? 3 : 1)] & FLAGS_MASK;
}

/** Bytes of the value whose flags these are. */
export function valueLengthOf(flags: number): number {
  return (flags & LENGTH_MASK) + 1;
}

/**
 * Checks that a whole qualifier stands at `at` of a qualifier of `length` bytes that starts at `start`. Mirrors Internal.validateQualifier.
 * @throws IllegalDataError
 */
export function checkQualifierAt(bytes: Uint8Array, start: number, length: number, at: number): void {
  const offset = at - start;
  if (offset < 0 || offset >= length - 1)
    throw new IllegalDataError(`Offset of [${offset}] is out of bounds for the qualifier length of [${length}]`);
  if (isMsByte(bytes[at]) && offset + 4 > length)
    throw new IllegalDataError('Detected a millisecond flag but qualifier length is too short');
}
