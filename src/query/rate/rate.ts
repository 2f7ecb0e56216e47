import { IllegalStateError } from '../../util/errors';
import { doubleSeries, integerAt, isIntegerAt, type Series } from '../series/series';
import type { RateOptions } from '../specification';

/**
 * Changes per second between consecutive points, always doubles. The first point gets a rate too, against the value 0 at time 0: groups are
 * merged with it. Differences of integers are 64-bit integers. Mirrors RateSpan.
 * @throws IllegalStateError when time does not advance
 */
export function rateOf(series: Series, options: Readonly<RateOptions>): Series {
  return options.counter || series.integers !== null ? counterRate(series, options) : plainRate(series);
}

/** Without a counter's options, of doubles and safe integers: those have an exact difference before it is rounded once, as 64-bit ones have. */
function plainRate({ size, timestamps, values }: Series): Series {
  const rates = new Float64Array(size);
  let time = 0;
  let value = 0;
  for (let i = 0; i < size; i++) {
    const after = timestamps[i];
    if (after <= time) throw notAdvancing(time, after);
    rates[i] = (values[i] - value) / ((after - time) / 1000);
    time = after;
    value = values[i];
  }
  return doubleSeries(timestamps, rates, size);
}

function counterRate(series: Series, options: Readonly<RateOptions>): Series {
  const { size, timestamps, values } = series;
  const times = new Float64Array(size);
  const rates = new Float64Array(size);
  let n = 0;
  for (let i = 0; i < size; i++) {
    const before = i === 0 ? 0 : timestamps[i - 1];
    const after = timestamps[i];
    if (after <= before) throw notAdvancing(before, after);
    const seconds = (after - before) / 1000;
    const exact = series.integers !== null && bothIntegers(series, i);
    const difference = exact ? exactDifference(series, i, 0n) : values[i] - (i === 0 ? 0 : values[i - 1]);
    if (!(options.counter && difference < 0)) {
      times[n] = after;
      rates[n++] = difference / seconds;
    } else if (!options.dropResets) {
      const wrapped = bothIntegers(series, i)
        ? exactDifference(series, i, options.counterMax)
        : Number(options.counterMax) - (i === 0 ? 0 : values[i - 1]) + values[i];
      times[n] = after;
      rates[n++] = unlessReset(wrapped / seconds, options);
    }
  }
  return doubleSeries(times, rates, n);
}

function notAdvancing(before: number, after: number): IllegalStateError {
  return new IllegalStateError(
    `Next timestamp (${after}) is supposed to be  strictly greater than the previous one (${before}), but it's not.`,
  );
}

/** The rate between two doubles, for options that drop nothing. */
export function rateBetween(before: number, after: number, seconds: number, options: Readonly<RateOptions>): number {
  const difference = after - before;
  if (!(options.counter && difference < 0)) return difference / seconds;
  return unlessReset((Number(options.counterMax) - before + after) / seconds, options);
}

/** The rate of a roll-over, or 0 where it is so large that the counter must have been reset. */
function unlessReset(rate: number, { resetValue }: Readonly<RateOptions>): number {
  return resetValue > 0n && rate > Number(resetValue) ? 0 : rate;
}

/** `plus` and the change from the point before, wrapping at 64 bits. */
function exactDifference(series: Series, at: number, plus: bigint): number {
  const before = at === 0 ? 0n : integerAt(series, at - 1);
  return Number(BigInt.asIntN(64, plus - before + integerAt(series, at)));
}

/** The point before the first one is the integer 0. */
function bothIntegers(series: Series, at: number): boolean {
  return isIntegerAt(series, at) && (at === 0 || isIntegerAt(series, at - 1));
}
