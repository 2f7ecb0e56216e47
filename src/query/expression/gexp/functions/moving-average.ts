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
 * Windows of so many points on the average are summed each for itself, the newest first as the original does, so that the same digits come out.
 * Sums of larger ones are made of sums of their parts.
 */
const SUMMED_SINGLY = 500;

/** What the windows of points have in common: the values in the query window that are not NaN. */
interface Values {
  readonly values: Float64Array;
  /** For each point, and behind the last, how many of the values come before it. */
  readonly before: Uint32Array;
}

function* valuesOf(points: Series, from: number, to: number): Generator<null, Values> {
  const before = new Uint32Array(to - from + 1);
  const values = new Float64Array(to - from);
  let size = 0;
  for (let i = from; i < to; i++) {
    before[i - from] = size;
    const value = points.values[i];
    if (value === value) values[size++] = value;
    if (isTurnOver(i - from)) yield null;
  }
  before[to - from] = size;
  return { values: values.subarray(0, size), before };
}

/** The values that each point's mean is over: from `first[i]` to below `last[i]`; none of them goes back. `last[i]` is 0 where there is no mean. */
interface Windows {
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

/** The newest `count` values, the current one among them; none until there are as many. */
function* overPoints({ before }: Values, count: number): Generator<null, Windows> {
  const size = before.length - 1;
  const windows = { first: new Uint32Array(size), last: new Uint32Array(size) };
  for (let i = 0; i < size; i++) {
    if (isTurnOver(i)) yield null;
    if (before[i + 1] < count) continue;
    windows.first[i] = before[i + 1] - count;
    windows.last[i] = before[i + 1];
  }
  return windows;
}

/** The points that are less than `ms` older than the current one; none until one is seen that isn't, and where all are NaN. */
function* overTime({ before }: Values, timestamps: Float64Array, ms: number): Generator<null, Windows> {
  const size = before.length - 1;
  const windows = { first: new Uint32Array(size), last: new Uint32Array(size) };
  let oldest = 0;
  for (let i = 0; i < size; i++) {
    if (isTurnOver(i)) yield null;
    while (timestamps[i] - timestamps[oldest] >= ms) oldest++;
    if (oldest === 0 || before[oldest] === before[i + 1]) continue;
    windows.first[i] = before[oldest];
    windows.last[i] = before[i + 1];
  }
  return windows;
}

/** Sums of windows that move on over values, in time that does not depend on their size. Nothing is subtracted: no digits are lost. */
class MovingSum {
  /** Of the values from here to below `middle`. */
  private readonly older: Float64Array;
  private middle = 0;
  /** Of the values from `middle` to below `end`. */
  private newer = 0;
  private end = 0;

  constructor(private readonly values: Float64Array) {
    this.older = new Float64Array(values.length);
  }

  /** @param first neither of the two may be below that of the call before */
  of(first: number, last: number): number {
    const { values, older } = this;
    if (first >= this.middle) {
      let sum = 0;
      for (let i = last - 1; i >= first; i--) older[i] = sum += values[i];
      this.middle = this.end = last;
      this.newer = 0;
    }
    for (; this.end < last; this.end++) this.newer += values[this.end];
    return this.newer + older[first];
  }
}

function* meansOf({ values }: Values, { first, last }: Windows): Generator<null, Float64Array> {
  const means = new Float64Array(first.length);
  let additions = 0;
  for (let i = 0; i < first.length; i++) {
    additions += last[i] - first[i];
    if (isTurnOver(i)) yield null;
  }
  const moving = additions > SUMMED_SINGLY * first.length ? new MovingSum(values) : null;
  let work = 0;
  for (let i = 0; i < first.length; i++) {
    const count = last[i] - first[i];
    if (count > 0) means[i] = (moving === null ? sumOf(values, first[i], last[i]) : moving.of(first[i], last[i])) / count;
    work += moving === null ? count + 1 : 1;
    if (work >= POINTS_A_TURN) {
      work = 0;
      yield null;
    }
  }
  return means;
}

function sumOf(values: Float64Array, first: number, last: number): number {
  let sum = 0;
  for (let i = last - 1; i >= first; i--) sum += values[i];
  return sum;
}

/** @returns doubles, of the query window only */
function* averagePoints(points: Series, average: AverageWindow, window: QueryWindow): Generator<null, Series> {
  const from = lowerBound(points.timestamps, points.size, window.startMs);
  const to = lowerBound(points.timestamps, points.size, window.endMs + 1);
  const values = yield* valuesOf(points, from, to);
  const timestamps = points.timestamps.slice(from, to);
  const windows = yield* 'ms' in average ? overTime(values, timestamps, average.ms) : overPoints(values, average.points);
  return doublePoints(timestamps, yield* meansOf(values, windows));
}

/** `movingAverage(series, 10)` and `movingAverage(series, '10min')`. Mirrors MovingAverage. */
export const movingAverage: GexpFunction = (parameters) => {
  const average = parseAverageWindow(parameters.at(0));
  return eachSeries((series, scope) => withPoints(series, (points) => averagePoints(points, average, scope), scope));
};
