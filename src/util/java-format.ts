import { javaDoubleToString } from './java-double';

/**
 * `String.format("%.Nf", value)` of a Java before 19: the digits of `Double.toString`, rounded half up, which is not what a JavaScript
 * number's `toFixed` makes of the exact value.
 */
export function javaFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value);
  const text = javaDoubleToString(Math.abs(value));
  const [mantissa, exponent = '0'] = text.split('E');
  const [whole, fraction] = mantissa.split('.');
  const point = whole.length + Number(exponent);
  // Digits of value x 10^decimals, and the one that decides about rounding.
  const digits = whole + fraction;
  const kept = point + decimals;
  const scaled = kept > 0 ? BigInt(digits.slice(0, kept).padEnd(kept, '0')) : 0n;
  const next = kept >= 0 && kept < digits.length ? digits.charCodeAt(kept) - 48 : 0;
  const rounded = String(next >= 5 ? scaled + 1n : scaled).padStart(decimals + 1, '0');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const at = rounded.length - decimals;
  return sign + rounded.slice(0, at) + (decimals > 0 ? `.${rounded.slice(at)}` : '');
}
