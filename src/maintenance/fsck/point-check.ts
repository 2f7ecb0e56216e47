import {
  checkQualifierAt,
  FLAG_FLOAT,
  flagsAt,
  FLOAT_FLAGS,
  LENGTH_MASK,
  encodeInteger,
  readValue,
  repairPoint,
  valueLengthOf,
  type PointCell,
} from '../../schema';
import { IllegalDataError } from '../../schema/errors';

/** What a point is, and what it should be. */
export type PointVerdict =
  | { kind: 'valid' }
  /** An integer on eight bytes that has room in fewer. */
  | { kind: 'vle'; repaired: PointCell }
  /** A float whose leading four bytes are too many. */
  | { kind: 'float'; level: 'warn' | 'error'; message: string; repaired: PointCell }
  /** `repaired`: what a query reads of it; null: nothing, it fails. */
  | { kind: 'bad'; message: string; repaired: PointCell | null };

const VALID: PointVerdict = { kind: 'valid' };
const ALL_ONES = 0xffffffff;

/**
 * Looks at the value of one point. Mirrors the checks of Fsck.fsckDataPoints; where the original would have a value deleted that its queries can read, `repaired` is
 * the same point, encoded as it should be.
 * @param qualifier of 2 or 4 bytes
 */
export function checkPoint(qualifier: Buffer, value: Buffer): PointVerdict {
  const flags = flagsAt(qualifier, 0);
  const wanted = valueLengthOf(flags);
  const { length } = value;
  if ((flags & FLAG_FLOAT) !== 0) return checkFloat(qualifier, value, wanted);
  if (length !== wanted) return bad(`The integer value is ${length} bytes long but should be ${wanted} bytes.`, qualifier, value);
  if (length === 8) return checkLong(qualifier, value);
  if (length === 1 || length === 2 || length === 4) return VALID;
  return bad(`The integer value is ${length} bytes long but should be 1, 2, 4 or 8 bytes.`, qualifier, value);
}

function checkFloat(qualifier: Buffer, value: Buffer, wanted: number): PointVerdict {
  const { length } = value;
  if (length === 8 && wanted === 4) return checkLongFloat(qualifier, value);
  if (length === 4 && wanted === 8)
    return bad('This floating point value was marked as 8 bytes long but was only 4 bytes.', qualifier, value);
  if (length === wanted && (length === 4 || length === 8)) return VALID;
  if (length !== 4 && length !== 8)
    return bad(`This floating point value must be encoded either on 4 or 8 bytes, but it's on ${length} bytes.`, qualifier, value);
  return bad(`This floating point value is ${length} bytes long but should be ${wanted} bytes.`, qualifier, value);
}

/** A value of eight bytes that is said to have four. */
function checkLongFloat(qualifier: Buffer, value: Buffer): PointVerdict {
  const head = value.readUInt32BE(0);
  const repaired = { qualifier: withFlags(qualifier, FLOAT_FLAGS), value: value.subarray(4) };
  if (head === ALL_ONES && qualifier.length === 2)
    return {
      kind: 'float',
      level: 'error',
      message:
        'Floating point value with 0xFF most significant bytes, probably caused by sign extension bug present in revisions [96908436..607256fc].',
      repaired,
    };
  const message = 'Floating point value was marked as 4 bytes long but was actually 8 bytes long';
  if (head === 0) return { kind: 'float', level: 'warn', message, repaired };
  return bad(`${message} and the first four bytes were not zeroed`, qualifier, value);
}

function checkLong(qualifier: Buffer, value: Buffer): PointVerdict {
  const point = { qualifier, value };
  const repaired = short(point, flagsAt(qualifier, 0));
  return repaired === point ? VALID : { kind: 'vle', repaired };
}

/** An integer on eight bytes on as few as it needs; any other point as it is. */
function short(point: PointCell, pointFlags: number): PointCell {
  if ((pointFlags & FLAG_FLOAT) !== 0 || point.value.length !== 8) return point;
  const { bytes, flags } = encodeInteger(point.value.readBigInt64BE(0));
  return bytes.length === 8 ? point : { qualifier: withFlags(point.qualifier, flags), value: bytes };
}

function bad(message: string, qualifier: Buffer, value: Buffer): PointVerdict {
  return { kind: 'bad', message, repaired: readable(qualifier, value) };
}

/** What a query reads of a lone cell, encoded as it should be; null: it fails, or there is nothing. */
function readable(qualifier: Buffer, value: Buffer): PointCell | null {
  if (value.length === 0) return null;
  try {
    checkQualifierAt(qualifier, 0, qualifier.length, 0);
    const point = qualifier.length === 2 ? repairPoint(qualifier, value) : { qualifier, value };
    const flags = flagsAt(point.qualifier, 0);
    readValue(point.value, 0, flags);
    return short({ qualifier: point.qualifier, value: point.value.subarray(0, valueLengthOf(flags)) }, flags);
  } catch (error) {
    if (error instanceof IllegalDataError) return null;
    throw error;
  }
}

/** A qualifier with other flags. */
function withFlags(qualifier: Buffer, flags: number): Buffer {
  const out = Buffer.from(qualifier);
  const last = out.length - 1;
  out[last] = (out[last] & ~(FLAG_FLOAT | LENGTH_MASK)) | flags;
  return out;
}
