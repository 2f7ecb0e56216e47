import { formatTokens, pad, type FormatToken } from './tokens';

/** Prints a number as a label. */
export type NumberFormat = (value: number) => string;

const CONVERSIONS: ReadonlySet<string> = new Set('feEgGdixXohHtTlLsScbBP');
const DEFAULT_PRECISION = 6;
const SI_PREFIXES = ['y', 'z', 'a', 'f', 'p', 'n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const NO_PREFIX = 8;
const BINARY_PREFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/**
 * A format for numbers, with gnuplot's conversions: `f e g d x o` as printf has them, `h` as `g` with a power of ten, `t` and `T` (or `l` and `L`) for the
 * digits and the power of ten, `s` and `S` the same with powers of a thousand, `c` the unit prefix that goes with `s`, `b` and `B` the same for powers of 1024,
 * `P` in multiples of pi; `%%` is a percent sign.
 * @returns null when it is not one
 */
export function parseNumberFormat(text: string): NumberFormat | null {
  const tokens = formatTokens(text, CONVERSIONS);
  if (tokens === null) return null;
  return (value) => tokens.map((token) => ('literal' in token ? token.literal : convert(value, token))).join('');
}

function convert(value: number, token: Exclude<FormatToken, { literal: string }>): string {
  const { conversion, flags, width, precision } = token;
  const sign = value < 0 || Object.is(value, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const text = magnitude(Math.abs(value), conversion, precision, flags.includes('#'));
  // a prefix has no sign, a power has its own
  return pad('cBTLS'.includes(conversion) ? text : sign + text, width, flags);
}

/** Engineering powers: a thousand, or 1024, to the power that leaves at least one digit. */
function powerOf(value: number, base: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  const power = Math.floor(Math.log(value) / Math.log(base) + 1e-12);
  return base === 1024 ? Math.min(Math.max(power, 0), BINARY_PREFIXES.length - 1) : Math.min(Math.max(power, -NO_PREFIX), NO_PREFIX);
}

const thousands = (value: number): number => powerOf(value, 1000);
const kibis = (value: number): number => powerOf(value, 1024);
const tens = (value: number): number => (value === 0 ? 0 : Math.floor(Math.log10(value) + 1e-12));

function magnitude(value: number, conversion: string, precision: number | null, keepZeros: boolean): string {
  const digits = precision ?? DEFAULT_PRECISION;
  switch (conversion) {
    case 'f':
      return fixed(value, digits);
    case 'd':
    case 'i':
      return fixed(value, 0);
    case 'e':
    case 'E':
      return upperIf(conversion === 'E', exponential(value, digits));
    case 'g':
    case 'G':
      return upperIf(conversion === 'G', general(value, digits, keepZeros));
    case 'h':
    case 'H':
      return general(value, digits, keepZeros).replace(
        /e([-+])0*(\d+)$/,
        (_all, sign: string, power: string) => `x10^${sign === '-' ? '-' : ''}${power}`,
      );
    case 'x':
    case 'X':
      return upperIf(conversion === 'X', Math.round(value).toString(16));
    case 'o':
      return Math.round(value).toString(8);
    case 't':
    case 'l':
      return fixed(value / 10 ** tens(value), digits);
    case 'T':
    case 'L':
      return String(tens(value));
    case 's':
      return fixed(value / 1000 ** thousands(value), digits);
    case 'S':
      return String(thousands(value) * 3);
    case 'c':
      return SI_PREFIXES[thousands(value) + NO_PREFIX];
    case 'b':
      return fixed(value / 1024 ** kibis(value), digits);
    case 'B':
      return BINARY_PREFIXES[kibis(value)];
    default:
      return general(value / Math.PI, digits, keepZeros);
  }
}

const upperIf = (upper: boolean, text: string): string => (upper ? text.toUpperCase() : text);
/** JavaScript prints numbers beyond 10^21 with an exponent whatever it is asked for. */
const fixed = (value: number, digits: number): string =>
  value < 1e21 || !Number.isFinite(value) ? value.toFixed(digits) : `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;

/** C's form of an exponent has two digits at least. */
const exponential = (value: number, digits: number): string => value.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2');

function general(value: number, digits: number, keepZeros: boolean): string {
  const precision = Math.max(digits, 1);
  if (!Number.isFinite(value)) return String(value);
  const power = Number(value.toExponential(precision - 1).split('e')[1]);
  const trim = (text: string): string => (keepZeros || !text.includes('.') ? text : text.replace(/\.?0+$/, ''));
  if (power >= -4 && power < precision) return trim(value.toFixed(precision - 1 - power));
  const [mantissa, exponent] = exponential(value, precision - 1).split('e');
  return `${trim(mantissa)}e${exponent}`;
}

/**
 * The format of an axis that has none: decimals as its steps need them, and powers of ten where plain numbers would be long.
 * @param step between two labels
 * @param largest what is farthest from zero
 */
export function plainNumberFormat(step: number, largest: number): NumberFormat {
  if (largest >= 1e10 || (largest > 0 && largest < 1e-4)) {
    const digits = Math.max(0, tens(largest) - tens(step));
    return (value) => (value === 0 ? '0' : value.toExponential(Math.min(digits, 15)).replace('e+', 'e'));
  }
  const decimals = Math.min(Math.max(0, -tens(step)), 15);
  return (value) => (value === 0 ? '0' : value.toFixed(decimals));
}
