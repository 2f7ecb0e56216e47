import { developDigits, type DecimalDigits } from './java-digits';

const view = new DataView(new ArrayBuffer(8));
const FIRST_UNSAFE = 2 ** 53;
const SMALLEST_NORMAL = 2 ** -1022;

/** Java's `Double.toString` before Java 19, as the original prints doubles: `1.0`, `1.0E7`, `9.99E-4`, `NaN`, `-Infinity`. */
export function javaDoubleToString(value: number): string {
  if (value !== value) return 'NaN';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return Number.isInteger(value) ? text + '.0' : text;
  }
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (size === Infinity) return value < 0 ? '-Infinity' : 'Infinity';
  if (hasShortestDigits(size)) return fromExponential(value.toExponential());
  view.setFloat64(0, size);
  return (value < 0 ? '-' : '') + layOut(doubleDigits(view.getBigUint64(0)));
}

/** Java's `Float.toString` of a single-precision number, `99.9`. A double is rounded to single precision first. */
export function javaFloatToString(value: number): string {
  const single = Math.fround(value);
  if (single !== single) return 'NaN';
  const sign = single < 0 || Object.is(single, -0) ? '-' : '';
  const size = Math.abs(single);
  if (size === Infinity) return `${sign}Infinity`;
  if (size === 0) return `${sign}0.0`;
  view.setFloat32(0, size);
  return sign + layOut(floatDigits(view.getUint32(0)));
}

/**
 * Whether Java's digits are the shortest that round-trip, which JavaScript prints. Below 2^53 the two can differ only where the
 * neighbours of a number lie at unequal distances (powers of two) or where it has few significant bits (denormals).
 */
function hasShortestDigits(size: number): boolean {
  if (size >= FIRST_UNSAFE || size < SMALLEST_NORMAL) return false;
  if (size > 1) return true;
  view.setFloat64(0, size);
  return (view.getUint32(0) & 0xfffff) !== 0 || view.getUint32(4) !== 0;
}

function doubleDigits(bits: bigint): DecimalDigits {
  let exponent = Number(bits >> 52n) & 0x7ff;
  let significand = bits & 0xfffffffffffffn;
  let significantBits = 53;
  if (exponent === 0) {
    significantBits = significand.toString(2).length;
    significand <<= BigInt(53 - significantBits);
    exponent = significantBits - 52;
  } else {
    significand |= 0x10000000000000n;
  }
  return developDigits(significand, exponent - 1023, significantBits);
}

function floatDigits(bits: number): DecimalDigits {
  let exponent = bits >>> 23;
  let significand = bits & 0x7fffff;
  let significantBits = 24;
  if (exponent === 0) {
    significantBits = 32 - Math.clz32(significand);
    significand <<= 24 - significantBits;
    exponent = significantBits - 23;
  } else {
    significand |= 0x800000;
  }
  return developDigits(BigInt(significand) << 29n, exponent - 127, significantBits);
}

/** `1.5e+21` as Java writes it: always a fraction digit, no plus sign. */
function fromExponential(text: string): string {
  const at = text.indexOf('e');
  const digits = text.slice(0, at);
  const exponent = text[at + 1] === '+' ? text.slice(at + 2) : text.slice(at + 1);
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent}`;
}

/** Plain notation for 10^-3 <= v < 10^7, else computerized scientific notation. */
function layOut({ digits, point }: DecimalDigits): string {
  if (point > 0 && point < 8) return `${digits.slice(0, point).padEnd(point, '0')}.${digits.slice(point) || '0'}`;
  if (point <= 0 && point > -3) return `0.${'0'.repeat(-point)}${digits}`;
  return `${digits[0]}.${digits.slice(1) || '0'}E${point - 1}`;
}
