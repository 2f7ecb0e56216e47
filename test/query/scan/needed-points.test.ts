import fc from 'fast-check';
import { AGGREGATOR_NAMES } from '../../../src/query/aggregate/registry';
import { evaluateGroup } from '../../../src/query/evaluate';
import { NeededPoints } from '../../../src/query/scan';
import type { GroupSpec } from '../../../src/query/specification';
import { PointsBuilder } from '../../../src/query/series';
import { B, groupSpec, valueTexts, window } from '../evaluate-support';

type Put = readonly [offset: number, value: number | bigint, integer: boolean];

/** Reads the points row by row as a scan does, trimmed after each row or not at all. */
function read(points: readonly Put[], spec: GroupSpec, needed: NeededPoints | null): PointsBuilder {
  const builder = new PointsBuilder(1);
  for (let base = spec.scanStart; base < spec.scanEnd; base += 3600) {
    const row = points.filter(([offset]) => Math.floor((B + offset) / 3600) * 3600 === base);
    for (const [offset, value, integer] of row) {
      if (typeof value === 'bigint') builder.pushExact((B + offset) * 1000, value);
      else builder.push((B + offset) * 1000, value, integer);
    }
    if (row.length > 0 && needed !== null && !needed.coverRow(base, base + 3600)) needed.trim(builder);
  }
  return builder;
}

const point: fc.Arbitrary<Put> = fc
  .tuple(
    fc.integer({ min: -7200, max: 14_400 }),
    fc.oneof(
      fc.integer({ min: -1000, max: 1000 }).map((v) => [v, true] as const),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((v) => [v, false] as const),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((v) => [v, true] as const),
    ),
  )
  .map(([offset, [value, integer]]) => [offset, value, integer] as const);

const series = fc
  .uniqueArray(point, { selector: ([offset]) => offset, minLength: 1, maxLength: 40 })
  .map((points) => points.sort(([a], [b]) => a - b));

const asked = fc.record({
  aggregator: fc.constantFrom(...AGGREGATOR_NAMES.filter((name) => name !== 'none')),
  downsample: fc.constantFrom(
    undefined,
    '1s-sum',
    '7s-avg',
    '1m-max',
    '10m-sum-nan',
    '10m-avg-zero',
    '1h-last',
    '0all-sum',
    '1h-sum-scalar',
    '1hc-sum',
  ),
  rate: fc.constantFrom<unknown>(false, true, { counter: true, counterMax: 1000n }, { counter: true, dropResets: true }),
  start: fc.integer({ min: -10, max: 7000 }),
  length: fc.integer({ min: 0, max: 5000 }),
});

/** Numbers, or the error of evaluating them: both must be what they are with all points. */
function outcome(all: readonly Put[][], spec: GroupSpec, needed: NeededPoints | null): unknown {
  const spans = all.map((points) => read(points, spec, needed)).filter(({ size }) => size > 0);
  if (spans.length === 0) return null;
  try {
    const numbers = evaluateGroup(spans, spec);
    return [Array.from(numbers.timestamps.subarray(0, numbers.size)), valueTexts(numbers)];
  } catch (error) {
    return (error as Error).message;
  }
}

test('the needed points give what all of them give', () => {
  fc.assert(
    fc.property(fc.array(series, { minLength: 1, maxLength: 4 }), asked, (all, { start, length, ...request }) => {
      const spec = groupSpec({ ...(request as object), ...window(start, start + length) });
      expect(outcome(all, spec, NeededPoints.of(spec))).toEqual(outcome(all, spec, null));
    }),
    { numRuns: 2000 },
  );
});

const everySecond = Array.from({ length: 4 * 3600 }, (_, i) => [i - 3600, i, true] as const);

test.each([
  [{}, 51 + 2],
  [{ rate: true }, 51 + 4],
  [{ downsample: '10s-sum' }, 60 + 20],
  [{ downsample: '1m-avg-nan', rate: true }, 60 + 240],
  [{ downsample: '0all-sum' }, 51 + 2],
])('a query of 50 s with %j keeps %i points of four hours', (request, kept) => {
  const spec = groupSpec({ ...request, ...window(4500, 4550) });
  const points = read(everySecond, spec, NeededPoints.of(spec));
  expect(points.size).toBe(kept);
  expect(points.values.length).toBeLessThan(1024);
});

test('whole hours are all needed', () => {
  const spec = groupSpec(window(0, 3599.999));
  expect(NeededPoints.of(spec)!.coverRow(B, B + 3600)).toBe(true);
  expect(NeededPoints.of(spec)!.coverRow(B - 3600, B)).toBe(false);
});
