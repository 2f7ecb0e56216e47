import type { Points } from '../thin';

export interface StackedPoints {
  readonly points: Points;
  readonly base: Float64Array;
}

/**
 * Puts each series on top of the ones before it, at the times that any of them has. Between its points a series is a straight line; before its first
 * and after its last one it adds nothing, nor where it has a gap.
 */
export function stack(series: readonly Points[]): StackedPoints[] {
  const times = allTimes(series);
  let base = new Float64Array(times.length);
  return series.map((points) => {
    const top = new Float64Array(times.length);
    let at = 0;
    for (let i = 0; i < times.length; i++) {
      while (at < points.times.length && points.times[at] < times[i]) at++;
      top[i] = base[i] + valueAt(points, at, times[i]);
    }
    const stacked = { points: { times, values: top }, base };
    base = top;
    return stacked;
  });
}

/** @param at index of the first point at or after `time` */
function valueAt({ times, values }: Points, at: number, time: number): number {
  if (at >= times.length) return 0;
  if (times[at] === time) return Number.isFinite(values[at]) ? values[at] : 0;
  if (at === 0) return 0;
  const between = values[at - 1] + ((values[at] - values[at - 1]) * (time - times[at - 1])) / (times[at] - times[at - 1]);
  return Number.isFinite(between) ? between : 0;
}

function allTimes(series: readonly Points[]): Float64Array {
  const joined = new Float64Array(series.reduce((total, { times }) => total + times.length, 0));
  let length = 0;
  for (const { times } of series) {
    joined.set(times, length);
    length += times.length;
  }
  joined.sort();
  return joined.filter((time, i) => i === 0 || time !== joined[i - 1]);
}
