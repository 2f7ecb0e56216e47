import { javaBytes } from './bytes';
import { IllegalDataError } from './errors';
import { FLAG_FLOAT, LENGTH_MASK } from './qualifier';

/** Flags of a single-precision and of a double-precision value. */
export const FLOAT_FLAGS = FLAG_FLOAT | 3;
export const DOUBLE_FLAGS = FLAG_FLOAT | 7;

/** A value as it is stored, with the flags its qualifier gets. */
export interface EncodedValue {
  bytes: Buffer;
  flags: number;
}

/** Bytes an integer takes: the smallest of 1, 2, 4, 8 that holds it. */
function integerLength(value: number | bigint): 1 | 2 | 4 | 8 {
  if (value >= -0x80 && value <= 0x7f) return 1;
  if (value >= -0x8000 && value <= 0x7fff) return 2;
  if (value >= -0x80000000 && value <= 0x7fffffff) return 4;
  return 8;
}

/** The integer in as few bytes as hold it. @param value a safe integer, or a bigint within 64 bits */
export function encodeInteger(value: number | bigint): EncodedValue {
  const length = integerLength(value);
  const bytes = Buffer.alloc(length);
  if (length === 8) bytes.writeBigInt64BE(BigInt(value));
  else bytes.writeIntBE(Number(value), 0, length);
  return { bytes, flags: length - 1 };
}

/** Whether a number survives single precision. Mirrors Tags.fitsInFloat for the parsed number. */
export function fitsInFloat(value: number): boolean {
  return Math.fround(value) === value;
}

/** Single precision, 4 bytes. */
export function encodeFloat(value: number): EncodedValue {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return { bytes, flags: FLOAT_FLAGS };
}

/** Double precision, 8 bytes. */
export function encodeDouble(value: number): EncodedValue {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return { bytes, flags: DOUBLE_FLAGS };
}

/**
 * The value at `at`: a number, or a bigint for an integer outside the safe ones.
 * @param end where the value column ends
 * @throws IllegalDataError when the flags allow no such value or it is cut off
 */
export function readValue(bytes: Buffer, at: number, flags: number, end = bytes.length): number | bigint {
  const length = (flags & LENGTH_MASK) + 1;
  const float = (flags & FLAG_FLOAT) !== 0;
  if (at + length > end) throw illegalValue(bytes.subarray(0, end), at, flags);
  switch (length) {
    case 1:
      if (!float) return bytes.readInt8(at);
      break;
    case 2:
      if (!float) return bytes.readInt16BE(at);
      break;
    case 4:
      return float ? bytes.readFloatBE(at) : bytes.readInt32BE(at);
    case 8:
      return float ? bytes.readDoubleBE(at) : narrow(bytes.readBigInt64BE(at));
  }
  throw illegalValue(bytes.subarray(0, end), at, flags);
}

/** The error of a value whose flags allow no such value. Mirrors Internal.extractIntegerValue and extractFloatingPointValue. */
export function illegalValue(values: Uint8Array, index: number, flags: number): IllegalDataError {
  return new IllegalDataError(
    (flags & FLAG_FLOAT) !== 0
      ? `Floating point value @ ${index} not on 8 or 4 bytes in ${javaBytes(values)}`
      : `Integer value @ ${index} not on 8/4/2/1 bytes in ${javaBytes(values)}`,
  );
}

/** A bigint as a number when that loses nothing. */
export function narrow(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}
