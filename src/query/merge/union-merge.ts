import type { Aggregator, Interpolation } from '../specification';
import type { Series } from '../series/series';
import { MergeState } from './merge-state';
import type { OutputBuilder } from './output';

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const MAX_LONG = 2n ** 63n - 1n;
const MIN_LONG = -(2n ** 63n);
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Contributions computed between two checks of the clock. */
const STEP_WORK = 200_000;

/**
 * Merges series by time, interpolating those that have no point at a time where another one has. There is no extrapolation.
 * Mirrors AggregationIterator.
 */
export class UnionMerge {
  private readonly state: MergeState;
  private readonly values: Float64Array;
  private readonly bigInts: BigInt64Array;
  private readonly unsafe: boolean;
  private readonly noIntegers: boolean;
  private readonly allIntegers: boolean;
  private readonly method: Interpolation;
  private time: number;

  /**
   * @param rates the series are rates: they hold their value until the next, and their first point only serves for that
   * @param endMs the last time to produce
   */
  constructor(
    series: readonly Series[],
    private readonly aggregator: Aggregator,
    rates: boolean,
    startMs: number,
    private readonly endMs: number,
    private readonly output: OutputBuilder,
  ) {
    this.state = new MergeState(series, rates, startMs);
    this.values = new Float64Array(series.length);
    this.bigInts = new BigInt64Array(series.length);
    this.unsafe = series.some((s) => s.integers !== null);
    this.noIntegers = series.every((s) => !s.allIntegers && s.isInteger === null);
    this.allIntegers = series.every((s) => s.allIntegers);
    this.method = rates ? 'previous' : aggregator.interpolation;
    this.time = this.state.firstTime();
  }

  /** Does a bounded number of steps. @returns whether more is left */
  step(): boolean {
    const { state, aggregator, values, output } = this;
    for (let steps = Math.ceil(STEP_WORK / state.rows); steps > 0; steps--) {
      const time = this.time;
      if (time > this.endMs) return false;
      this.time = state.advance(time);
      if (this.allIntegers || (!this.noIntegers && state.isInteger())) this.addInteger(time);
      else output.addDouble(time, aggregator.runDouble(values, 0, this.doubles(time)));
    }
    return true;
  }

  /** Contributions to a floating step. @returns their number */
  private doubles(time: number): number {
    const { values, method } = this;
    const { rows, lastTimes, lastValues, nextTimes, nextValues } = this.state;
    let n = 0;
    if (method === 'lerp') {
      for (let i = 0; i < rows; i++) {
        const t0 = lastTimes[i];
        const y0 = lastValues[i];
        if (t0 === time) values[n++] = y0;
        else if (t0 >= 0) values[n++] = y0 + ((time - t0) * (nextValues[i] - y0)) / (nextTimes[i] - t0);
      }
      return n;
    }
    const held = method === 'previous';
    const constant = method === 'max' ? Number.MAX_VALUE : method === 'min' ? -Number.MAX_VALUE : 0;
    for (let i = 0; i < rows; i++) {
      if (lastTimes[i] === time || (held && lastTimes[i] >= 0)) values[n++] = lastValues[i];
      else if (lastTimes[i] >= 0) values[n++] = constant;
    }
    return n;
  }

  private addInteger(time: number): void {
    const { aggregator, values, output } = this;
    const n = this.unsafe ? -1 : this.longs(time);
    const value = n < 0 ? NaN : aggregator.runLong(values, 0, n);
    if (value === value) output.addInteger(time, value);
    else output.addBigInt(time, aggregator.runBigInt(this.bigInts, this.exactLongs(time)));
  }

  /** Contributions to an integer step. @returns their number, or -1 when one leaves the safe range on its way */
  private longs(time: number): number {
    const { values, method } = this;
    const { rows, lastTimes, lastValues, nextTimes, nextValues } = this.state;
    // Neither ever wins: the series that has a point at this time has a smaller, or larger, one.
    const constant = method === 'max' ? Infinity : method === 'min' ? -Infinity : 0;
    let n = 0;
    for (let i = 0; i < rows; i++) {
      const t0 = lastTimes[i];
      const y0 = lastValues[i];
      if (t0 === time) {
        values[n++] = y0;
      } else if (t0 >= 0) {
        if (method === 'lerp') {
          const rise = nextValues[i] - y0;
          const product = (time - t0) * rise;
          if (!(Math.abs(product) <= MAX_SAFE && Math.abs(rise) <= MAX_SAFE)) return -1;
          // The quotient of safe integers is never rounded up to the next integer.
          values[n++] = y0 + Math.trunc(product / (nextTimes[i] - t0));
        } else {
          values[n++] = method === 'previous' ? y0 : constant;
        }
      }
    }
    return n;
  }

  /** The same in 64 bits, products wrapping. */
  private exactLongs(time: number): number {
    const { bigInts, method, state } = this;
    let n = 0;
    for (let i = 0; i < state.rows; i++) {
      if (!state.isLive(i)) continue;
      const t0 = state.lastTimes[i];
      const y0 = state.lastInteger(i);
      if (t0 === time || method === 'previous') {
        bigInts[n++] = y0;
      } else if (method === 'lerp') {
        const product = wrap(BigInt(time - t0) * wrap(state.nextInteger(i) - y0));
        bigInts[n++] = wrap(y0 + product / BigInt(state.nextTimes[i] - t0));
      } else {
        bigInts[n++] = method === 'max' ? MAX_LONG : method === 'min' ? MIN_LONG : 0n;
      }
    }
    return n;
  }
}
