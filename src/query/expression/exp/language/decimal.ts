/** `unscaled / 10^scale`, exactly. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Digits that a quotient is worked out to, as Java's MathContext.DECIMAL128 has it. */
const DIGITS = 34;
/** Exponents beyond it leave the range of doubles by far. */
const MAX_EXPONENT = 400;

/** @param text digits with a fraction, and perhaps an exponent */
export function parseDecimal(text: string): Decimal {
  const [digits, exponent = '0'] = text.toLowerCase().split('e');
  const [head, fraction = ''] = digits.split('.');
  const scale = fraction.length - Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, Number(exponent)));
  return { unscaled: BigInt(head + fraction), scale };
}

export function decimalToNumber({ unscaled, scale }: Decimal): number {
  return Number(`${unscaled}e${-scale}`);
}

function atScale({ unscaled, scale }: Decimal, wanted: number): bigint {
  return unscaled * 10n ** BigInt(wanted - scale);
}

function onOneScale(a: Decimal, b: Decimal): { left: bigint; right: bigint; scale: number } {
  const scale = Math.max(a.scale, b.scale);
  return { left: atScale(a, scale), right: atScale(b, scale), scale };
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const { left, right, scale } = onOneScale(a, b);
  return { unscaled: left + right, scale };
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale };
}

/** @param b not 0 */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  const { left, right } = onOneScale(a, b);
  const more = DIGITS + String(right).length;
  return { unscaled: (left * 10n ** BigInt(more)) / right, scale: more };
}

/** With the sign of `a`. @param b not 0 */
export function remainderOfDecimals(a: Decimal, b: Decimal): Decimal {
  const { left, right, scale } = onOneScale(a, b);
  return { unscaled: left % right, scale };
}
