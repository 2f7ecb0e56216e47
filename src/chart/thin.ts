/** Points of a series: milliseconds, ascending, and numbers; those that are not finite are gaps. */
export interface Points {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Points that stay of those in one column at most: a gap before or after, the first, the least, the greatest, the last. */
const PER_COLUMN = 5;

/**
 * Leaves of the points between two times no more than a picture can show: of each column of pixels the first and the last point, the least and the greatest.
 * A line through them covers the same pixels, and no peak is lost. A gap stays that does not begin and end in one column.
 * @param columns pixels from `from` to `to`
 */
export function thin(points: Points, from: number, to: number, columns: number): Points {
  const { times, values } = points;
  const first = firstFrom(times, from);
  const end = firstAfter(times, to);
  if (end - first <= columns * PER_COLUMN) return within(points, from, to);
  const kept = new Kept(Math.min(end - first, (columns + 1) * PER_COLUMN));
  const perColumn = (to - from) / columns;
  // The one way to tell a column: a border that was computed could fall on the other side of a point that stands on it.
  const columnOf = (at: number): number => Math.floor((times[at] - from) / perColumn);
  for (let at = first; at < end;) {
    const column = columnOf(at);
    let least = -1;
    let greatest = -1;
    let start = -1;
    let last = -1;
    let gap = -1;
    do {
      const value = values[at];
      if (Number.isFinite(value)) {
        if (start < 0) start = least = greatest = at;
        else if (value < values[least]) least = at;
        else if (value > values[greatest]) greatest = at;
        last = at;
      } else gap = at;
      at++;
    } while (at < end && columnOf(at) === column);
    keepColumn(kept, points, start, Math.min(least, greatest), Math.max(least, greatest), last, gap);
  }
  return kept.points();
}

/** The points from one time to another, both included. */
export function within({ times, values }: Points, from: number, to: number): Points {
  const first = firstFrom(times, from);
  const end = firstAfter(times, to);
  return { times: times.subarray(first, end), values: values.subarray(first, end) };
}

function keepColumn(kept: Kept, points: Points, start: number, one: number, other: number, last: number, gap: number): void {
  if (start < 0) {
    kept.add(points, gap);
    return;
  }
  if (gap >= 0 && gap < start) kept.add(points, gap);
  kept.add(points, start);
  if (one > start) kept.add(points, one);
  if (other > one) kept.add(points, other);
  if (last > other) kept.add(points, last);
  if (gap > last) kept.add(points, gap);
}

class Kept {
  private readonly times: Float64Array;
  private readonly values: Float64Array;
  private length = 0;

  constructor(capacity: number) {
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
  }

  add(points: Points, at: number): void {
    this.times[this.length] = points.times[at];
    this.values[this.length++] = points.values[at];
  }

  points(): Points {
    return { times: this.times.subarray(0, this.length), values: this.values.subarray(0, this.length) };
  }
}

/** Index of the first time at or after. */
function firstFrom(times: Float64Array, from: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first time after; for ascending times. */
function firstAfter(times: Float64Array, to: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] <= to) low = middle + 1;
    else high = middle;
  }
  return low;
}
