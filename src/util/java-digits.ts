/** The number 0.d1d2d3... x 10^point. */
export interface DecimalDigits {
  digits: string;
  point: number;
}

const LARGEST_LONG_EXPONENT = 62;
const LOG10_2 = 0.301029995663981;
const LOG2_5 = Math.log2(5);

const asInt = (n: bigint): bigint => BigInt.asIntN(32, n);
const asLong = (n: bigint): bigint => BigInt.asIntN(64, n);
const asIs = (n: bigint): bigint => n;

/**
 * The decimal digits that a Java runtime before 19 gives a binary floating-point number. They are the shortest that round-trip, with these
 * quirks: integers beyond the precision print from their exact value, the ends of the rounding interval do not count as inside it, a power of
 * two gets the narrower side's interval on both sides, scientific notation has at least two digits, and where 32 or 64 bits seem to hold the
 * working numbers the decision on the last digit may overflow.
 * @param significand 53 bits, the leading one set
 * @param exponent of the leading bit: the value is in [2^exponent, 2^(exponent+1))
 * @param significantBits precision of the number: 53 for a double, 24 for a float, fewer when denormal
 */
export function developDigits(significand: bigint, exponent: number, significantBits: number): DecimalDigits {
  const zeros = trailingZeros(significand);
  const bits = 53 - zeros;
  const fractionBits = Math.max(0, bits - exponent - 1);
  if (fractionBits === 0 && exponent <= LARGEST_LONG_EXPONENT) {
    return integerDigits((significand << 10n) >> BigInt(LARGEST_LONG_EXPONENT - exponent), exponent - significantBits - 1);
  }
  // The value is remainder / scale x 10^power, half the distance to the next number halfGap / scale x 10^power.
  const estimate = estimatePower(significand, exponent);
  const fives = Math.max(0, -estimate);
  let remainderTwos = fives + fractionBits + exponent;
  let scaleTwos = Math.max(0, estimate) + fractionBits;
  let gapTwos = remainderTwos - significantBits;
  remainderTwos -= bits - 1;
  const common = Math.min(remainderTwos, scaleTwos);
  remainderTwos -= common;
  scaleTwos -= common;
  gapTwos -= common;
  if (bits === 1) gapTwos--;
  if (gapTwos < 0) {
    remainderTwos -= gapTwos;
    scaleTwos -= gapTwos;
    gapTwos = 0;
  }
  const powerOfFive = 5n ** BigInt(fives);
  const scaleFives = Math.max(0, estimate);
  const width = Math.max(bits + remainderTwos + bitsOfPowerOfFive(fives), scaleTwos + 1 + bitsOfPowerOfFive(scaleFives + 1));
  return generate(
    ((significand >> BigInt(zeros)) * powerOfFive) << BigInt(remainderTwos),
    (5n ** BigInt(scaleFives)) << BigInt(scaleTwos),
    powerOfFive << BigInt(gapTwos),
    estimate,
    width < 32 ? asInt : width < 64 ? asLong : asIs,
  );
}

/** An upper bound, rough for large powers. */
function bitsOfPowerOfFive(power: number): number {
  if (power === 0) return 0;
  return power < 27 ? Math.floor(power * LOG2_5) + 1 : power * 3;
}

/**
 * Digit by digit until what is left is smaller than half the gap to a neighbour, below or above.
 * @param word wraps a number to the width of the word that the runtime works in
 */
function generate(remainder: bigint, scale: bigint, halfGap: bigint, estimate: number, word: (n: bigint) => bigint): DecimalDigits {
  const tens = scale * 10n;
  let power = estimate;
  const digits: number[] = [];
  let low = false;
  let high = false;
  const next = (): number => {
    const digit = Number(remainder / scale);
    remainder = (remainder % scale) * 10n;
    halfGap = word(halfGap * 10n);
    low = halfGap <= 0n || remainder < halfGap;
    high = halfGap <= 0n || word(remainder + halfGap) > tens;
    return digit;
  };
  const first = next();
  if (first === 0 && !high) power--;
  else digits.push(first);
  if (power < -3 || power >= 8) low = high = false;
  while (!low && !high) digits.push(next());
  const beyondHalf = word(word(remainder * 2n) - tens);
  const odd = digits[digits.length - 1] % 2 === 1;
  if (high && (!low || beyondHalf > 0n || (beyondHalf === 0n && odd))) return carry(digits, power + 1);
  return { digits: digits.join(''), point: power + 1 };
}

/** One unit more in the last place; trailing zeros that it makes are kept, as the digits count. */
function carry(digits: number[], point: number): DecimalDigits {
  let i = digits.length - 1;
  while (i > 0 && digits[i] === 9) digits[i--] = 0;
  if (digits[i] === 9) {
    digits[0] = 1;
    return { digits: digits.join(''), point: point + 1 };
  }
  digits[i]++;
  return { digits: digits.join(''), point };
}

/** @param surplus binary digits beyond the precision; decimal digits that they surely cover are rounded away */
function integerDigits(value: bigint, surplus: number): DecimalDigits {
  const insignificant = surplus > 1 ? Math.floor(surplus * LOG10_2) : 0;
  const unit = 10n ** BigInt(insignificant);
  let rounded = value / unit;
  if (insignificant > 0 && value % unit >= unit / 2n) rounded++;
  const text = rounded.toString();
  return { digits: text.replace(/0+$/, ''), point: text.length + insignificant };
}

/** floor of log10 of the number, or one more, by a straight line through log10 around 1.5. */
function estimatePower(significand: bigint, exponent: number): number {
  const fraction = Number(significand) / 2 ** 52;
  return Math.floor((fraction - 1.5) * 0.289529654 + 0.176091259 + exponent * LOG10_2);
}

function trailingZeros(value: bigint): number {
  let n = 0;
  while ((value & 1n) === 0n) {
    value >>= 1n;
    n++;
  }
  return n;
}
