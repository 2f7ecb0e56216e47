import { NumberFormatError } from './errors';

const DOT = 0x2e;

/** Whether a value is read as an integer: no `.`, `e` or `E` in it. Mirrors Tags.looksLikeInteger, so `NaN` and `0x10` do look like one. */
export function looksLikeInteger(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === DOT || c === 0x65 || c === 0x45) return false;
  }
  return true;
}

const DECIMAL = /^([-+]?)(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?[fFdD]?$/;
const HEXADECIMAL = /^([-+]?)0[xX]([0-9a-fA-F]+\.?|[0-9a-fA-F]*\.[0-9a-fA-F]+)[pP]([-+]?\d+)[fFdD]?$/;

/**
 * A double in Java's syntax: surrounding blanks, a type suffix, `NaN`, `Infinity` and hexadecimal floats included. Mirrors Double.parseDouble.
 * @throws NumberFormatError with the message of the JDK
 */
export function parseJavaDouble(text: string): number {
  const trimmed = javaTrim(text);
  if (trimmed === '') throw new NumberFormatError('empty String');
  const decimal = DECIMAL.exec(trimmed);
  if (decimal !== null) return Number(decimal[1] + decimal[2] + (decimal[3] ?? ''));
  const special = /^([-+]?)(NaN|Infinity)$/.exec(trimmed);
  if (special !== null) return special[2] === 'NaN' ? NaN : special[1] === '-' ? -Infinity : Infinity;
  const hex = HEXADECIMAL.exec(trimmed);
  if (hex !== null) return hexadecimalFloat(hex[1] === '-', hex[2], Number(hex[3]));
  if (/^[-+]?\d*\.\d*\./.test(trimmed)) throw new NumberFormatError('multiple points');
  throw NumberFormatError.forInput(trimmed);
}

/**
 * A float in Java's syntax, rounded once from the decimal text. Mirrors Float.parseFloat.
 * @throws NumberFormatError
 */
export function parseJavaFloat(text: string): number {
  const wide = parseJavaDouble(text);
  const narrow = Math.fround(wide);
  if (narrow === wide || !Number.isFinite(narrow)) return narrow;
  // Rounding to double first can land exactly between two floats; then the digits behind decide.
  const other = neighbour(narrow, wide > narrow);
  if ((narrow + other) / 2 !== wide) return narrow;
  const side = compareDecimal(javaTrim(text), wide);
  if (side === 0) return narrow;
  return side > 0 === other > narrow ? other : narrow;
}

/** Drops characters up to U+0020 at both ends, as String.trim. */
export function javaTrim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 0x20) from++;
  while (from < to && text.charCodeAt(to - 1) <= 0x20) to--;
  return text.slice(from, to);
}

/** The float next to another, upwards or downwards. */
function neighbour(float: number, up: boolean): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, float);
  if (float === 0) {
    view.setUint32(0, up ? 1 : 0x80000001);
    return view.getFloat32(0);
  }
  view.setInt32(0, view.getInt32(0) + (float > 0 === up ? 1 : -1));
  return view.getFloat32(0);
}

/** Sign of (decimal text - double), exactly. */
function compareDecimal(text: string, value: number): number {
  const match = DECIMAL.exec(text);
  if (match === null) return 0;
  const [whole, fraction = ''] = match[2].split('.');
  const exponent = Number((match[3] ?? 'e0').slice(1)) - fraction.length;
  let left = BigInt(whole + fraction || '0') * (match[1] === '-' ? -1n : 1n);
  const [mantissa, power] = binaryParts(value);
  let right = mantissa;
  if (exponent >= 0) left *= 10n ** BigInt(exponent);
  else right *= 10n ** BigInt(-exponent);
  if (power >= 0) right <<= BigInt(power);
  else left <<= BigInt(-power);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A finite double as mantissa and power of two. */
function binaryParts(value: number): [bigint, number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0 ? fraction : fraction | 0x10000000000000n;
  return [value < 0 ? -mantissa : mantissa, Math.max(exponent, 1) - 1075];
}

/** mantissa * 2^exponent, rounded once to nearest even. @param digits hexadecimal, with or without a point */
function hexadecimalFloat(negative: boolean, digits: string, exponent: number): number {
  const [whole, fraction = ''] = digits.split('.');
  let mantissa = BigInt(`0x${whole}${fraction}`);
  let power = exponent - 4 * fraction.length;
  const sign = negative ? -1 : 1;
  if (mantissa === 0n) return sign * 0;
  const bits = mantissa.toString(2).length;
  if (bits + power > 1024) return sign * Infinity;
  if (bits + power < -1075) return sign * 0;
  const lowest = Math.max(bits + power - 53, -1074);
  if (power < lowest) {
    const shift = BigInt(lowest - power);
    const rest = mantissa & ((1n << shift) - 1n);
    const half = 1n << (shift - 1n);
    mantissa >>= shift;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    power = lowest;
  }
  // Two exact steps: 2^power alone may be out of range where the product is not.
  const step = Math.trunc(power / 2);
  return sign * Number(mantissa) * 2 ** step * 2 ** (power - step);
}
