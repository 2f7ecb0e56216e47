import uPlot from 'uplot';
import { stack } from '../../../src/chart/layout/stack';
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

/** The same with series on top of each other, as in a picture of `/q`. @param stackOf those of one stack have the same, such as their axis */
export function stackedData(series: readonly Series[], stackOf: (series: Series) => boolean): ChartData {
  const columns = new Map<Series, { times: Float64Array; values: Float64Array }>();
  for (const which of [false, true]) {
    const part = series.filter((one) => stackOf(one) === which);
    stack(part).forEach(({ points }, i) => columns.set(part[i], points));
  }
  return alignedData(
    series.map((one) => ({ ...one, ...columns.get(one) })),
    () => false,
  );
}
