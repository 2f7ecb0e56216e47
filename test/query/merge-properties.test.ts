import fc from 'fast-check';
import { evaluateGroup, evaluateGroupSteps } from '../../src/query/evaluate';
import { AGGREGATOR_NAMES } from '../../src/query/aggregate/registry';
import { OutputBuilder } from '../../src/query/merge/output';
import { UnionMerge } from '../../src/query/merge/union-merge';
import type { GroupSpec } from '../../src/query/specification';
import type { Series } from '../../src/query/series/series';
import { B, groupSpec, seriesOf, valueTexts, window } from './evaluate-support';

const names = AGGREGATOR_NAMES.filter((name) => name !== 'none');
const integer = fc.integer({ min: -1_000_000, max: 1_000_000 }).map(String);
const floating = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => (Number.isInteger(value) ? `${value}.0` : String(value)));
const value = fc.oneof(integer, integer, floating);
const anyName = fc.constantFrom(...names);
const spec = (aggregator: string): GroupSpec => groupSpec({ aggregator, ...window(100, 3000) });

/** The general merge, whatever the timestamps. */
function byUnion(series: readonly Series[], group: GroupSpec, rates = false): Series {
  const output = new OutputBuilder(0);
  const merge = new UnionMerge(series, group.aggregator, rates, group.startMs, group.endMs, output);
  while (merge.step());
  return output.build();
}

const texts = (points: Series): unknown => [Array.from(points.timestamps), valueTexts(points)];

/** One exact integer per point, which sends every step through the 64-bit arithmetic. */
function withExactIntegers(series: Series): Series {
  return { ...series, integers: BigInt64Array.from(series.values, (v) => (Number.isInteger(v) ? BigInt(v) : 0n)) };
}

const grid = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 0, max: 3599 }), { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 5 }))
  .chain(([offsets, rows]) => {
    const times = offsets.sort((a, b) => a - b);
    return fc
      .array(fc.array(value, { minLength: times.length, maxLength: times.length }), { minLength: rows, maxLength: rows })
      .map((table) => table.map((texts) => seriesOf(texts.map((text, i) => [B + times[i], text] as const))));
  });

const scattered = fc.array(
  fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 3599 }), value), { selector: ([t]) => t, minLength: 1, maxLength: 15 }),
  { minLength: 1, maxLength: 6 },
);
const spans = (table: [number, string][][]): Series[] =>
  table.map((points) => seriesOf(points.sort(([a], [b]) => a - b).map(([t, text]) => [B + t, text] as const)));

test('columns of shared timestamps give what the general merge gives', () => {
  fc.assert(
    fc.property(grid, anyName, (series, name) =>
      expect(texts(evaluateGroup(series, spec(name)))).toEqual(texts(byUnion(series, spec(name)))),
    ),
  );
});

test('the 64-bit arithmetic gives what numbers give while they are safe', () => {
  fc.assert(
    fc.property(fc.oneof(grid, scattered.map(spans)), anyName, (series, name) =>
      expect(texts(evaluateGroup(series.map(withExactIntegers), spec(name)))).toEqual(texts(evaluateGroup(series, spec(name)))),
    ),
  );
});

test('sums of any 64-bit integers wrap', () => {
  const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  fc.assert(
    fc.property(fc.array(long, { minLength: 1, maxLength: 8 }), (values) => {
      const points = evaluateGroup(
        values.map((v) => seriesOf([[B + 200, v.toString()]])),
        spec('sum'),
      );
      expect(valueTexts(points)).toEqual([
        BigInt.asIntN(
          64,
          values.reduce((a, b) => a + b),
        ).toString(),
      ]);
    }),
  );
});

test('a sum that leaves the safe range on its way is exact', () => {
  const safe = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(
      fc.array(safe, { minLength: 2, maxLength: 6 }),
      fc.constantFrom('sum', 'zimsum', 'pfsum', 'diff', 'mult', 'squareSum'),
      (values, name) => {
        const [first, ...rest] = values.map(BigInt);
        const wrap = (v: bigint): bigint => BigInt.asIntN(64, v);
        const expected: Record<string, bigint> = {
          mult: rest.reduce((a, b) => wrap(a * b), first),
          squareSum: [first, ...rest].reduce((a, b) => wrap(a + b * b), 0n),
          diff: wrap(rest[rest.length - 1] - first),
        };
        const points = evaluateGroup(
          values.map((v) => seriesOf([[B + 200, String(v)]])),
          spec(name),
        );
        expect(valueTexts(points)).toEqual([(expected[name] ?? wrap(rest.reduce((a, b) => a + b, first))).toString()]);
      },
    ),
  );
});

test('a later start only leaves points out', () => {
  fc.assert(
    fc.property(scattered.map(spans), anyName, fc.integer({ min: 0, max: 3000 }), fc.boolean(), (series, name, start, rate) => {
      const asked = { aggregator: name, rate };
      const all = evaluateGroup(series, groupSpec({ ...asked, ...window(0, 3500) }));
      const late = evaluateGroup(series, groupSpec({ ...asked, ...window(start, 3500) }));
      const skipped = Array.from(all.timestamps).filter((t) => t < (B + start) * 1000).length;
      expect(Array.from(late.timestamps)).toEqual(Array.from(all.timestamps.slice(skipped)));
      expect(valueTexts(late)).toEqual(valueTexts(all).slice(skipped));
    }),
  );
});

test('long work yields on its way', () => {
  const many = Array.from({ length: 300 }, (_, h) =>
    seriesOf(Array.from({ length: 100 }, (_, i) => [B + i * 30 + (h % 30), String(h + i)] as const)),
  );
  let pauses = 0;
  const steps = evaluateGroupSteps(many, groupSpec({ aggregator: 'sum', ...window(0, 3500) }));
  for (let step = steps.next(); !step.done; step = steps.next()) pauses++;
  expect(pauses).toBeGreaterThan(2);
});
