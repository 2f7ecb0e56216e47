import { parseDownsample } from '../../../src/query/downsample/parse-downsample';
import { packedGroupParts } from '../../../src/query/engine/packed-group';
import { evaluateGroup } from '../../../src/query/evaluate';
import { findAggregator } from '../../../src/query/aggregate/registry';
import { NeededPoints, Span } from '../../../src/query/scan';
import { copyOf, integerAt, isIntegerAt, joinSeries, PackArena, PointsBuilder, type Series } from '../../../src/query/series';
import { defaultRateOptions, type GroupSpec, type RateOptions } from '../../../src/query/specification';
import { HOUR, HOURS, METRIC_NAMES, randomDataSet, type DataSeries } from '../../differential/dataset';
import { randomSubQuery, type RateSpec } from '../../differential/questions/sub-query';
import { Random } from '../../differential/random';

const KEY = Buffer.alloc(6);

function builderOf({ points }: DataSeries): PointsBuilder {
  const builder = new PointsBuilder(1);
  for (const [time, text] of points) {
    const ms = time < 2 ** 32 ? time * 1000 : time;
    const integer = /^-?\d+$/.test(text);
    if (integer && !Number.isSafeInteger(Number(text))) builder.pushExact(ms, BigInt(text));
    else builder.push(ms, Number(text), integer);
  }
  return builder;
}

/** A span whose points are packed, a few at a time; sometimes as they are. */
function spanOf(random: Random, series: DataSeries, arena: PackArena): Span {
  const span = new Span(KEY, 0, KEY.length, 1);
  const whole = random.chance(0.2);
  let left = random.int(1, 20);
  for (const point of series.points) {
    const one = builderOf({ ...series, points: [point] });
    span.points.reserve(1);
    if (one.integers === null) span.points.push(one.timestamps[0], one.values[0], one.allIntegers);
    else span.points.pushExact(one.timestamps[0], one.integers[0]);
    if (whole || --left > 0) continue;
    span.pack(arena);
    left = random.int(1, 20);
  }
  if (span.packed !== null) span.pack(arena);
  return span;
}

const texts = (series: Series): string[] =>
  Array.from({ length: series.size }, (_, i) => {
    const value = series.values[i];
    return `${series.timestamps[i]}:${isIntegerAt(series, i) ? integerAt(series, i) : Object.is(value, -0) ? '-0.0' : `${value}f`}`;
  });

function outcome(numbers: () => Series): string[] | string {
  try {
    return texts(numbers());
  } catch (error) {
    return (error as Error).message;
  }
}

function rateOf({ counterMax, resetValue, ...flags }: RateSpec): RateOptions {
  const options = { ...defaultRateOptions(), ...flags };
  if (counterMax !== undefined) options.counterMax = BigInt(counterMax);
  if (resetValue !== undefined) options.resetValue = BigInt(resetValue);
  return options;
}

function specOf(random: Random, base: number, metric: string, data: ReturnType<typeof randomDataSet>): GroupSpec {
  const { aggregator, downsample, rate } = randomSubQuery(random, data, metric, false);
  const [a, b] = [random.int(-HOUR, HOURS * HOUR * 1000), random.int(-HOUR, HOURS * HOUR * 1000)].sort((x, y) => x - y);
  const all = random.chance(0.4);
  const startMs = base * 1000 + (all ? -HOUR * 1000 : a);
  const endMs = base * 1000 + (all ? HOURS * HOUR * 1000 : b + 1);
  return {
    aggregator: findAggregator(aggregator === 'none' ? 'sum' : aggregator)!,
    downsample: downsample === undefined ? null : parseDownsample(downsample),
    rate: rate === undefined ? null : rateOf(rate),
    startMs,
    endMs,
    scanStart: base - 2 * HOUR,
    scanEnd: base + (HOURS + 2) * HOUR,
  };
}

test('numbers that are computed part by part are the same as at once', () => {
  const arena = new PackArena();
  let asked = 0;
  let severalParts = 0;
  for (let n = 0; n < 40; n++) {
    const data = randomDataSet(7, n, 1_700_000_000);
    for (let q = 0; q < 60; q++) {
      const random = new Random('packed', n, q);
      const metric = random.pick(METRIC_NAMES.filter((name) => name !== 'days' && name !== 'twice'));
      const spec = specOf(random, data.base, metric, data);
      if (NeededPoints.of(spec) === null || spec.downsample?.kind === 'all') continue;
      const series = data.series.filter((one) => one.metric === metric);
      const spans = series.map((one) => spanOf(random, one, arena));
      let held = 0;
      const parts: Series[] = [];
      const got = outcome(() => {
        for (const part of packedGroupParts(spans, spec, (points) => (held += points), random.int(1, 60)))
          if (part !== null) parts.push(copyOf(part));
        return parts.length === 0 ? new PointsBuilder(1) : joinSeries(parts);
      });
      expect({ n, q, got }).toEqual({ n, q, got: outcome(() => evaluateGroup(series.map(builderOf), spec)) });
      expect(held).toBe(0);
      asked++;
      if (parts.length > 1) severalParts++;
    }
  }
  expect(asked).toBeGreaterThan(1500);
  expect(severalParts).toBeGreaterThan(500);
});
