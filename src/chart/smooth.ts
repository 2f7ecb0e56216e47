import type { Smoothing } from './description';
import { thin, type Points } from './thin';

/** Bins over the whole axis of time. */
const BINS = 100;
/** A Bezier curve depends on every point everywhere: of more points than this only those that a picture shows. */
const MAX_BEZIER_POINTS = 1000;

/** What is drawn instead of a series' points. Points that are no numbers are left out: a curve goes on over gaps. */
export function smooth(points: Points, smoothing: Smoothing, from: number, to: number, columns: number): Points {
  if (smoothing === 'none') return points;
  const finite = withoutGaps(points);
  switch (smoothing) {
    // one point for each time there is already, and in order
    case 'unique':
    case 'frequency':
    case 'zsort':
      return finite;
    case 'fnormal':
      return mapValues(finite, dividedBy(sum(finite.values)));
    case 'cumulative':
      return mapValues(finite, runningSum());
    case 'cnormal':
      return mapValues(mapValues(finite, runningSum()), dividedBy(sum(finite.values)));
    case 'unwrap':
      return mapValues(finite, unwrap());
    case 'bins':
      return bins(finite, from, to);
    case 'csplines':
      return hermite(finite, naturalSlopes(finite), columns);
    case 'mcsplines':
      return hermite(finite, monotoneSlopes(finite), columns);
    case 'acsplines':
      return basisSpline(finite, columns);
    case 'bezier':
    case 'sbezier':
      return bezier(finite.times.length > MAX_BEZIER_POINTS ? thin(finite, from, to, MAX_BEZIER_POINTS / 4) : finite, columns);
  }
}

function withoutGaps({ times, values }: Points): Points {
  const kept = Array.from(values.keys()).filter((i) => Number.isFinite(values[i]));
  return { times: Float64Array.from(kept, (i) => times[i]), values: Float64Array.from(kept, (i) => values[i]) };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
const dividedBy =
  (total: number) =>
  (value: number): number =>
    total === 0 ? 0 : value / total;
const mapValues = ({ times, values }: Points, map: (value: number) => number): Points => ({ times, values: values.map(map) });

function runningSum(): (value: number) => number {
  let total = 0;
  return (value) => (total += value);
}

/** Adds turns, so that no step is larger than half of one. */
function unwrap(): (value: number) => number {
  const turn = 2 * Math.PI;
  let before: number | null = null;
  return (value) => (before = before === null ? value : value - turn * Math.round((value - before) / turn));
}

function bins({ times, values }: Points, from: number, to: number): Points {
  const width = (to - from) / BINS;
  const sums = new Map<number, number>();
  times.forEach((time, i) => {
    const bin = Math.min(Math.floor((time - from) / width), BINS - 1);
    sums.set(bin, (sums.get(bin) ?? 0) + values[i]);
  });
  const filled = [...sums].sort(([one], [other]) => one - other);
  return {
    times: Float64Array.from(filled, ([bin]) => from + (bin + 0.5) * width),
    values: Float64Array.from(filled, ([, total]) => total),
  };
}

/** Slopes of the cubic curve whose second derivative has no jumps and is zero at the ends. */
function naturalSlopes({ times: x, values: y }: Points): Float64Array {
  const count = x.length;
  const slopes = new Float64Array(count);
  if (count < 2) return slopes;
  // a system of equations with three diagonals
  const upper = new Float64Array(count);
  const right = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const before = i > 0 ? 1 / (x[i] - x[i - 1]) : 0;
    const after = i < count - 1 ? 1 / (x[i + 1] - x[i]) : 0;
    const middle = 2 * (before + after);
    const wanted = 3 * ((i > 0 ? (y[i] - y[i - 1]) * before * before : 0) + (i < count - 1 ? (y[i + 1] - y[i]) * after * after : 0));
    const pivot = middle - before * (i > 0 ? upper[i - 1] : 0);
    upper[i] = after / pivot;
    right[i] = (wanted - before * (i > 0 ? right[i - 1] : 0)) / pivot;
  }
  for (let i = count - 1; i >= 0; i--) slopes[i] = right[i] - (i < count - 1 ? upper[i] * slopes[i + 1] : 0);
  return slopes;
}

/** Slopes of a cubic curve that rises where the points rise and falls where they fall (Fritsch and Carlson). */
function monotoneSlopes({ times: x, values: y }: Points): Float64Array {
  const count = x.length;
  const slopes = new Float64Array(count);
  const rise = (i: number): number => (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
  for (let i = 0; i < count && count > 1; i++) {
    if (i === 0) slopes[i] = rise(0);
    else if (i === count - 1) slopes[i] = rise(i - 1);
    else slopes[i] = rise(i - 1) * rise(i) <= 0 ? 0 : (rise(i - 1) + rise(i)) / 2;
  }
  for (let i = 0; i < count - 1; i++) {
    const across = rise(i);
    if (across === 0) slopes[i] = slopes[i + 1] = 0;
    const length = Math.hypot(slopes[i] / across, slopes[i + 1] / across);
    if (length > 3) {
      slopes[i] *= 3 / length;
      slopes[i + 1] *= 3 / length;
    }
  }
  return slopes;
}

/** A cubic curve through points with given slopes, at so many times. */
function hermite({ times: x, values: y }: Points, slopes: Float64Array, columns: number): Points {
  if (x.length < 3) return { times: x, values: y };
  let i = 0;
  return sampled(x[0], x[x.length - 1], columns, (time) => {
    while (i < x.length - 2 && time > x[i + 1]) i++;
    const width = x[i + 1] - x[i];
    const t = (time - x[i]) / width;
    const u = 1 - t;
    return y[i] * (1 + 2 * t) * u * u + y[i + 1] * t * t * (3 - 2 * t) + width * (slopes[i] * t * u * u - slopes[i + 1] * t * t * u);
  });
}

function sampled(first: number, last: number, columns: number, value: (time: number) => number): Points {
  const count = Math.max(2, Math.round(columns));
  const times = Float64Array.from({ length: count }, (_none, i) => first + ((last - first) * i) / (count - 1));
  return { times, values: times.map(value) };
}

/** A cubic curve near the points: each is a control point of a spline that begins at the first and ends at the last. */
function basisSpline({ times: x, values: y }: Points, columns: number): Points {
  const last = x.length - 1;
  if (last < 2) return { times: x, values: y };
  const at = (values: Float64Array, i: number): number => values[Math.min(Math.max(i, 0), last)];
  const pieces = Math.max(1, Math.ceil(columns / last));
  const out: [time: number, value: number][] = [];
  for (let i = -1; i <= last; i++) {
    for (let piece = 0; piece < pieces; piece++) {
      const t = piece / pieces;
      const weights = [(1 - t) ** 3, 3 * t ** 3 - 6 * t ** 2 + 4, -3 * t ** 3 + 3 * t ** 2 + 3 * t + 1, t ** 3];
      const blend = (values: Float64Array): number => weights.reduce((total, weight, k) => total + (weight / 6) * at(values, i - 1 + k), 0);
      out.push([blend(x), blend(y)]);
    }
  }
  out.push([x[last], y[last]]);
  return { times: Float64Array.from(out, ([time]) => time), values: Float64Array.from(out, ([, value]) => value) };
}

/** One curve of the degree of all points, drawn towards each of them. */
function bezier({ times: x, values: y }: Points, columns: number): Points {
  const degree = x.length - 1;
  if (degree < 2) return { times: x, values: y };
  const logBinomials = new Float64Array(degree + 1);
  for (let k = 1; k <= degree; k++) logBinomials[k] = logBinomials[k - 1] + Math.log((degree - k + 1) / k);
  const count = Math.max(2, Math.round(columns / 2));
  const times = new Float64Array(count);
  const values = new Float64Array(count);
  times[0] = x[0];
  values[0] = y[0];
  times[count - 1] = x[degree];
  values[count - 1] = y[degree];
  for (let sample = 1; sample < count - 1; sample++) {
    const t = sample / (count - 1);
    const logT = Math.log(t);
    const logU = Math.log(1 - t);
    for (let k = 0; k <= degree; k++) {
      const weight = Math.exp(logBinomials[k] + k * logT + (degree - k) * logU);
      times[sample] += weight * (x[k] - x[0]);
      values[sample] += weight * y[k];
    }
    times[sample] += x[0];
  }
  return { times, values };
}
