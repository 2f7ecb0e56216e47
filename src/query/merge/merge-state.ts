import { integerAt, lowerBound, type Series } from '../series/series';

/** A series that has not begun, or is over, has no last point. */
const NONE = -1;

/**
 * Where each series of a group stands in a merge by time: the point it consumed last, and the upcoming one. A series takes part from its first
 * point on and vanishes one step after its last.
 */
export class MergeState {
  /** Number of series. */
  rows: number;
  /** Time and value of the last consumed point; time `NONE` without one. */
  readonly lastTimes: Float64Array;
  readonly lastValues: Float64Array;
  /** Time and value of the upcoming point; time Infinity without one. */
  readonly nextTimes: Float64Array;
  readonly nextValues: Float64Array;
  /** 1 where the last, or upcoming, point is floating. */
  readonly lastFloats: Uint8Array;
  readonly nextFloats: Uint8Array;
  /** Index of the upcoming point. */
  private readonly positions: Int32Array;
  private readonly series: Series[];

  /**
   * @param held series whose first point counts as consumed from the very beginning, wherever it lies: rates
   * @param startMs steps before it are passed over
   */
  constructor(series: readonly Series[], held: boolean, startMs: number) {
    const n = series.length;
    this.rows = n;
    this.series = [...series];
    this.lastTimes = new Float64Array(n).fill(NONE);
    this.lastValues = new Float64Array(n);
    this.nextTimes = new Float64Array(n);
    this.nextValues = new Float64Array(n);
    this.lastFloats = new Uint8Array(n);
    this.nextFloats = new Uint8Array(n);
    this.positions = new Int32Array(n);
    for (let i = 0; i < n; i++) this.enter(i, Math.max(held ? 1 : 0, lowerBound(series[i].timestamps, series[i].size, startMs)));
  }

  /** Time of the next step; Infinity when there is none. */
  firstTime(): number {
    return this.nextTimes.reduce((least, time) => Math.min(least, time), Infinity);
  }

  /** Steps to `time`, which must be the next. @returns the time of the step after it */
  advance(time: number): number {
    const { rows, lastTimes, lastValues, lastFloats, nextTimes, nextValues, nextFloats, positions } = this;
    let following = Infinity;
    for (let i = 0; i < rows; i++) {
      let next = nextTimes[i];
      if (next === time) {
        lastTimes[i] = time;
        lastValues[i] = nextValues[i];
        lastFloats[i] = nextFloats[i];
        this.load(i, ++positions[i]);
        next = nextTimes[i];
      } else if (next === Infinity) {
        lastTimes[i] = NONE;
        lastFloats[i] = 0;
      }
      if (next < following) following = next;
    }
    return following;
  }

  /** Whether the current step, and what its series go on to, holds integers only. */
  isInteger(): boolean {
    const { rows, lastFloats, nextFloats } = this;
    for (let i = 0; i < rows; i++) if ((lastFloats[i] | nextFloats[i]) !== 0) return false;
    return true;
  }

  /** Whether a series takes part in the current step. */
  isLive(i: number): boolean {
    return this.lastTimes[i] !== NONE;
  }

  lastInteger(i: number): bigint {
    return integerAt(this.series[i], this.positions[i] - 1);
  }

  nextInteger(i: number): bigint {
    return integerAt(this.series[i], this.positions[i]);
  }

  private enter(i: number, position: number): void {
    const series = this.series[i];
    this.positions[i] = position;
    this.load(i, position);
    // A series that ended before the first step takes no part in it.
    if (position === 0 || position === series.size) return;
    this.lastTimes[i] = series.timestamps[position - 1];
    this.lastValues[i] = series.values[position - 1];
    this.lastFloats[i] = isFloat(series, position - 1);
  }

  private load(i: number, position: number): void {
    const series = this.series[i];
    if (position < series.size) {
      this.nextTimes[i] = series.timestamps[position];
      this.nextValues[i] = series.values[position];
      this.nextFloats[i] = isFloat(series, position);
    } else {
      this.nextTimes[i] = Infinity;
      this.nextFloats[i] = 0;
    }
  }
}

function isFloat(series: Series, at: number): number {
  if (series.isInteger === null) return series.allIntegers ? 0 : 1;
  return series.isInteger[at] ^ 1;
}
