import type { Series } from '../series/series';

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/**
 * Adds columns [from, to) of series up, series by series: what an aggregator that `adds` makes of each column, in the same order,
 * but along the arrays instead of across them.
 * @param totals column `from` comes first; NaN where no series has a number
 * @returns false when an intermediate sum left the safe integers: `totals` must not be used then
 */
export function sumRows(series: readonly Series[], from: number, to: number, totals: Float64Array): boolean {
  const width = to - from;
  totals.fill(NaN, 0, width);
  let safe = true;
  for (const { values } of series) {
    for (let column = 0; column < width; column++) {
      const value = values[from + column];
      if (value !== value) continue;
      const before = totals[column];
      const total = (before === before ? before : 0) + value;
      totals[column] = total;
      if (total > MAX_SAFE || total < -MAX_SAFE) safe = false;
    }
  }
  return safe;
}
