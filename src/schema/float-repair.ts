import { javaBytes } from './bytes';
import { IllegalDataError } from './errors';
import { FLAG_FLOAT, FLAGS_MASK, LENGTH_MASK } from './qualifier';

/**
 * Whether a lone second-resolution cell is one of those early versions wrote: flagged as a 4-byte float, its value on 8 bytes.
 * Mirrors Internal.floatingPointValueToFix.
 */
function isHistoricFloat(flags: number, valueLength: number): boolean {
  return (flags & FLAG_FLOAT) !== 0 && (flags & LENGTH_MASK) === 3 && valueLength === 8;
}

/**
 * The value of such a cell without the four leading zeros; any other value as it is. Mirrors Internal.fixFloatingPointValue.
 * @throws IllegalDataError when the first half isn't zero
 */
export function repairFloatValue(flags: number, value: Buffer): Buffer {
  if (!isHistoricFloat(flags, value.length)) return value;
  if (value.readUInt32BE(0) === 0) return value.subarray(4);
  throw new IllegalDataError(
    `Corrupted floating point value: ${javaBytes(value)} flags=0x${(flags & FLAGS_MASK).toString(16)} -- first 4 bytes are expected to be zeros.`,
  );
}

/** The second byte of a second qualifier with its length bits set to what the value really has. Mirrors Internal.fixQualifierFlags. */
export function repairQualifierByte(byte: number, valueLength: number): number {
  return ((byte & ~LENGTH_MASK) | (valueLength - 1)) & 0xff;
}
