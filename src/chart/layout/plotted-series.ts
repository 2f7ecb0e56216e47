import type { ChartDescription, ChartSeries } from '../description';
import type { Extent } from '../axis/value-axis';
import { smooth } from '../smooth';
import { thin, within, type Points } from '../thin';
import { stack, type StackedPoints } from './stack';

/** A series as it is drawn: the points of the picture, no more than it can show. */
export interface PlottedSeries {
  readonly axis: ChartSeries['axis'];
  readonly points: Points;
  /** What a stacked area stands on. */
  readonly base: Float64Array | null;
}

/** Stacks of more points for each pixel than this are put together pixel by pixel. */
const STACKED_PER_COLUMN = 2;

/** @param columns pixels of the axis of time */
export function plottedSeries({ series, style, smoothing, time }: ChartDescription, columns: number): PlottedSeries[] {
  const { from, to } = time;
  const smoothed = series.map((one) => ({ axis: one.axis, points: smooth(within(one, from, to), smoothing, from, to, columns) }));
  if (style !== 'stacked') return smoothed.map(({ axis, points }) => ({ axis, points: thin(points, from, to, columns), base: null }));
  const stacks = new Map((['left', 'right'] as const).map((axis) => [axis, stackOf(smoothed.filter((one) => one.axis === axis))]));
  return smoothed.map(({ axis }) => ({ axis, ...stacks.get(axis)!.shift()! }));

  function stackOf(parts: readonly { points: Points }[]): StackedPoints[] {
    const total = parts.reduce((count, { points }) => count + points.times.length, 0);
    const dense = total > STACKED_PER_COLUMN * columns * Math.sqrt(parts.length);
    return stack(parts.map(({ points }) => (dense ? greatestPerColumn(points, from, to, columns) : points)));
  }
}

/** The greatest number of each column of pixels that has any, at the column's middle: the same times for all series. */
function greatestPerColumn({ times, values }: Points, from: number, to: number, columns: number): Points {
  const width = (to - from) / columns;
  const greatest = new Map<number, number>();
  for (let i = 0; i < times.length; i++) {
    const column = Math.min(Math.floor((times[i] - from) / width), columns - 1);
    const value = Number.isFinite(values[i]) ? values[i] : 0;
    greatest.set(column, Math.max(greatest.get(column) ?? value, value));
  }
  return {
    times: Float64Array.from(greatest.keys(), (column) => from + (column + 0.5) * width),
    values: Float64Array.from(greatest.values()),
  };
}

/** The least and the greatest of what is drawn against an axis; on a logarithmic one of what is positive. Null: nothing. */
export function extentOf(series: readonly PlottedSeries[], axis: ChartSeries['axis'], log: boolean): Extent | null {
  let min = Infinity;
  let max = -Infinity;
  for (const one of series) {
    if (one.axis !== axis) continue;
    for (const values of one.base === null || log ? [one.points.values] : [one.points.values, one.base]) {
      for (const value of values) {
        if (!Number.isFinite(value) || (log && value <= 0)) continue;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
  }
  return min <= max ? { min, max } : null;
}
