import { NumberFormatError } from './errors';

const MAX_LONG = 2n ** 63n - 1n;

/**
 * A decimal 64-bit integer with an optional sign, as the original reads it (`Tags.parseLong`).
 * @throws NumberFormatError in the original's words
 */
export function parseLong(text: string): bigint {
  if (text.length === 0) throw new NumberFormatError('Empty string');
  const signed = text[0] === '-' || text[0] === '+';
  if (signed && text.length === 1) throw new NumberFormatError(`Just a sign, no value: ${text}`);
  if (text.length > (signed ? 20 : 19)) throw new NumberFormatError(`Value too long: ${text}`);
  for (let i = signed ? 1 : 0; i < text.length; i++) {
    if (text[i] < '0' || text[i] > '9') throw new NumberFormatError(`Invalid character '${text[i]}' in ${text}`);
  }
  const magnitude = BigInt(signed ? text.slice(1) : text);
  const value = text[0] === '-' ? -magnitude : magnitude;
  if (value > MAX_LONG || value < -MAX_LONG - 1n) throw new NumberFormatError(`Overflow in ${text}`);
  return value;
}

/** Java's `(long) double`: toward zero, saturating; NaN is 0. */
export function doubleToLong(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return MAX_LONG;
  if (value <= -(2 ** 63)) return -MAX_LONG - 1n;
  return BigInt(Math.trunc(value));
}

/** A decimal 32-bit integer with an optional sign, as `Integer.parseInt` reads it; null: it is none. */
export function parseInt32(text: string): number | null {
  if (!/^[+-]?[0-9]+$/.test(text)) return null;
  const value = Number(text);
  return value > 0x7fffffff || value < -0x80000000 ? null : value;
}
