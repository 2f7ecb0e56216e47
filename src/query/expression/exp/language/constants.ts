import { javaFloatToString } from '../../../../util/java-double';
import { decimalToNumber, parseDecimal, type Decimal } from './decimal';

/** The whole numbers of Java, by width; a result takes the widest of its operands and what it needs itself. */
export interface Whole {
  readonly type: 'Integer' | 'Long' | 'BigInteger';
  readonly value: bigint;
}

/** A literal or what is computed of literals, with the type that the original gives it. A plain number is a double. */
export type Constant =
  | null
  | boolean
  | number
  | Whole
  | { readonly type: 'Float'; readonly value: number }
  | { readonly type: 'BigDecimal'; readonly value: Decimal };

const MAX_INT = 2n ** 31n - 1n;
const MIN_INT = -(2n ** 31n);
const MAX_LONG = 2n ** 63n - 1n;
const MIN_LONG = -(2n ** 63n);

/** Whether it has a whole type, not a whole value. */
export function isWhole(constant: Constant): constant is Whole {
  return (
    typeof constant === 'object' &&
    constant !== null &&
    (constant.type === 'Integer' || constant.type === 'Long' || constant.type === 'BigInteger')
  );
}

/** Whether arithmetic with it is done in doubles. */
export function isFloating(constant: Constant): boolean {
  return typeof constant === 'number' || (typeof constant === 'object' && constant !== null && constant.type === 'Float');
}

/** The narrowest type that holds a value. */
export function whole(value: bigint): Whole {
  const type = value <= MAX_INT && value >= MIN_INT ? 'Integer' : value <= MAX_LONG && value >= MIN_LONG ? 'Long' : 'BigInteger';
  return { type, value };
}

/** Digits without a sign, as Integer.decode reads them: `0x` and `0` choose the base; `L` and `H` the type. */
function parseWhole(image: string): Whole {
  const suffix = /[lLhH]$/.exec(image)?.[0].toLowerCase();
  const digits = suffix === undefined ? image : image.slice(0, -1);
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const least = whole(value);
  if (suffix === 'h') return { type: 'BigInteger', value };
  return suffix === 'l' && least.type === 'Integer' ? { type: 'Long', value } : least;
}

/** A number as it stands in an expression. Without a suffix, what has a fraction is of single precision. */
export function parseNumber(image: string): Constant {
  if (!image.includes('.')) return parseWhole(image);
  const suffix = /[fFdDbB]$/.exec(image)?.[0].toLowerCase();
  const digits = suffix === undefined ? image : image.slice(0, -1);
  if (suffix === 'd') return Number(digits);
  if (suffix === 'b') return { type: 'BigDecimal', value: parseDecimal(digits) };
  return { type: 'Float', value: Math.fround(Number(digits)) };
}

/** A single-precision number is read again from its own shortest text: `0.1` is 0.1, and 3.14159265 is 3.1415927. */
export function toDouble(constant: Constant): number {
  if (typeof constant === 'number') return constant;
  if (constant === null || constant === false) return 0;
  if (constant === true) return 1;
  switch (constant.type) {
    case 'Float':
      return Number(javaFloatToString(constant.value));
    case 'BigDecimal':
      return decimalToNumber(constant.value);
    default:
      return Number(constant.value);
  }
}

/** Whether it counts as true: neither 0 nor NaN, and not null. */
export function toBoolean(constant: Constant): boolean {
  const value = toDouble(constant);
  return value === value && value !== 0;
}

/** For the bitwise operators, to which every double is 0, as in the original; other fractions are cut off. */
export function toLong(constant: Constant): bigint {
  if (typeof constant === 'number') return 0n;
  if (isWhole(constant)) return BigInt.asIntN(64, constant.value);
  const value = toDouble(constant);
  if (value !== value) return 0n;
  if (value >= 2 ** 63) return MAX_LONG;
  return value <= -(2 ** 63) ? MIN_LONG : BigInt(Math.trunc(value));
}

/** The Java class of a constant that is no result. */
export function javaType(constant: Exclude<Constant, null>): string {
  if (typeof constant === 'boolean') return 'java.lang.Boolean';
  if (typeof constant === 'number') return 'java.lang.Double';
  return constant.type.startsWith('Big') ? `java.math.${constant.type}` : `java.lang.${constant.type}`;
}
