/** How few bytes the numbers of a piece need. */

/** The largest `scale`: four decimal places. */
const MAX_SCALE = 10_000;

/**
 * What makes integers of decimal fractions of few digits, as most agents send them; null: some value is not one.
 * @returns `value === (base + n) / scale` for an n of at most `range`
 */
export function decimalsOf(values: Float64Array, from: number, to: number): { base: number; scale: number; range: number } | null {
  let scale = 1;
  for (let i = from; i < to; i++) {
    // Zero has a sign that integers do not keep.
    while (!isDecimal(values[i], scale)) if ((scale *= 10) > MAX_SCALE) return null;
  }
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (!isDecimal(value, scale)) return null;
    const whole = Math.round(value * scale);
    if (whole < least) least = whole;
    if (whole > greatest) greatest = whole;
  }
  return { base: least, scale, range: greatest - least };
}

function isDecimal(value: number, scale: number): boolean {
  const whole = Math.round(value * scale);
  return whole / scale === value && Number.isSafeInteger(whole) && (value !== 0 || !Object.is(value, -0));
}

/** Whether floats of four bytes hold all values. */
export function isSingle(values: Float64Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (values[i] === values[i] && Math.fround(values[i]) !== values[i]) return false;
  return true;
}

/** Bytes that a whole number of up to `range` needs: 1, 2, 4, or 8 as a double. */
export function widthOf(range: number): number {
  return range < 2 ** 8 ? 1 : range < 2 ** 16 ? 2 : range < 2 ** 32 ? 4 : 8;
}
