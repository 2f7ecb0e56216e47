import uPlot from 'uplot';
import type { Series } from '../api/series';

/** What is drawn: times, and the values of each line at them. `undefined`: no point there, `null`: a gap. */
export type ChartData = uPlot.AlignedData;

/**
 * Puts series side by side. Those with the same times, which is the rule, need no joining.
 * @param log values that a logarithmic axis has no place for become gaps
 */
export function alignedData(series: readonly Series[], log: (series: Series) => boolean): ChartData {
  const columns = series.map((one) => columnOf(one, log(one)));
  if (series.length === 0) return [[]];
  if (series.every((one) => sameTimes(one.times, series[0].times))) return [Array.from(series[0].times), ...columns];
  return uPlot.join(series.map((one, i) => [Array.from(one.times), columns[i]] as uPlot.AlignedData));
}

const columnOf = ({ values }: Series, log: boolean): (number | null)[] =>
  Array.from(values, (value) => (!Number.isFinite(value) || (log && value <= 0) ? null : value));

function sameTimes(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Values on top of each other, for a stacked graph, the first series at the bottom. Where a series has no point between two others it is
 * taken to run straight, as its line would; before its first and after its last it is 0.
 */
export function stackedData([times, ...columns]: ChartData): ChartData {
  const total = new Array<number>(times.length).fill(0);
  const stacked = columns.map((column) => {
    const filled = interpolated(times, column);
    return filled.map((value, i) => (total[i] += value));
  });
  return [times, ...stacked];
}

function interpolated(times: ArrayLike<number>, column: ArrayLike<number | null | undefined>): number[] {
  const filled = new Array<number>(times.length).fill(0);
  let before = -1;
  for (let i = 0; i < times.length; i++) {
    const value = column[i];
    if (value === null || value === undefined) continue;
    filled[i] = value;
    if (before >= 0) {
      const slope = (value - filled[before]) / (times[i] - times[before]);
      for (let j = before + 1; j < i; j++) filled[j] = column[j] === null ? 0 : filled[before] + slope * (times[j] - times[before]);
    }
    before = i;
  }
  return filled;
}
