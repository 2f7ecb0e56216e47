import { ClientError } from '../../../../util/errors';
import { lowerBound, type Series } from '../../../series/series';
import { doublePoints, isTurnOver, POINTS_A_TURN } from '../../series';
import { eachSeries, withPoints, type GexpFunction, type QueryWindow } from '../series';
import { parseCount } from './count-parameter';

/** Seconds of each unit of a window. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['day', 86400],
  ['d', 86400],
  ['hr', 3600],
  ['hour', 3600],
  ['h', 3600],
  ['min', 60],
  ['m', 60],
  ['sec', 1],
  ['s', 1],
]);

/** How far an average reaches back: over so many points, or over so much time. */
type AverageWindow = { readonly points: number } | { readonly ms: number };

/** @throws ClientError 400 in the original's words */
function parseAverageWindow(text: string | undefined): AverageWindow {
  if (text === undefined) throw new ClientError(400, 'Missing moving average window size');
  if (text.startsWith("'") && text.endsWith("'")) return { ms: parseTime(text) };
  const points = parseCount(text);
  if (points === null) throw new ClientError(400, `Unparseable window size: ${text}`);
  if (points === 0) throw notPositive();
  return { points };
}

function notPositive(): ClientError {
  return new ClientError(400, 'Moving average window must be an integer greater than zero');
}

/** @param text `'10min'`, the quotes included */
function parseTime(text: string): number {
  const [, digits, unit] = /^'([0-9]*)(.*?)'?$/s.exec(text) ?? ['', '', ''];
  if (digits === '') throw new ClientError(400, `Invalid moving window parameter: ${text}`);
  const count = Number(digits);
  if (count >= 2 ** 31) throw new ClientError(400, `Unable to parse moving window parameter: ${text}`);
  if (count === 0) throw notPositive();
  const seconds = UNITS.get(unit);
  if (seconds === undefined) throw new ClientError(400, `Unknown time unit=${unit} in window=${text}`);
  return count * seconds * 1000;
}

/**
 * Means over the newest `count` values, the current one among them; 0 until there are as many. NaN is passed over.
 * Only points of the query window take part.
 */
function* overPoints(points: Series, from: number, to: number, count: number): Generator<null, Float64Array> {
  const means = new Float64Array(to - from);
  const newest: number[] = [];
  let work = 0;
  // The oldest of the newest values, so that none has to be moved.
  let oldest = 0;
  for (let i = from; i < to; i++) {
    const value = points.values[i];
    if (value === value) {
      if (newest.length < count) newest.push(value);
      else {
        newest[oldest] = value;
        oldest = (oldest + 1) % count;
      }
    }
    if (newest.length < count) {
      if (isTurnOver(i)) yield null;
      continue;
    }
    let sum = 0;
    for (let j = count - 1; j >= 0; j--) sum += newest[oldest + j < count ? oldest + j : oldest + j - count];
    means[i - from] = sum / count;
    work += count;
    if (work >= POINTS_A_TURN) {
      work = 0;
      yield null;
    }
  }
  return means;
}

/**
 * Means over the points that are less than `ms` older than the current one; 0 until one is seen that isn't, and where all are NaN.
 * Only points of the query window take part.
 */
function* overTime({ timestamps, values }: Series, from: number, to: number, ms: number): Generator<null, Float64Array> {
  const means = new Float64Array(to - from);
  let work = 0;
  for (let i = from; i < to; i++) {
    let sum = 0;
    let count = 0;
    let j = i;
    for (; j >= from && timestamps[i] - timestamps[j] < ms; j--) {
      const value = values[j];
      if (value !== value) continue;
      sum += value;
      count++;
    }
    if (j >= from && count > 0) means[i - from] = sum / count;
    work += i - j;
    if (work >= POINTS_A_TURN) {
      work = 0;
      yield null;
    }
  }
  return means;
}

/** @returns doubles, of the query window only */
function* averagePoints(points: Series, average: AverageWindow, window: QueryWindow): Generator<null, Series> {
  const from = lowerBound(points.timestamps, points.size, window.startMs);
  const to = lowerBound(points.timestamps, points.size, window.endMs + 1);
  const means = 'ms' in average ? overTime(points, from, to, average.ms) : overPoints(points, from, to, average.points);
  return doublePoints(points.timestamps.slice(from, to), yield* means);
}

/** `movingAverage(series, 10)` and `movingAverage(series, '10min')`. Mirrors MovingAverage. */
export const movingAverage: GexpFunction = (parameters) => {
  const average = parseAverageWindow(parameters.at(0));
  return eachSeries((series, scope) => withPoints(series, (points) => averagePoints(points, average, scope), scope));
};
