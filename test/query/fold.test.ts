import fc from 'fast-check';
import { findAggregator } from '../../src/query/aggregate/registry';
import { BucketFold, foldsWhileReading } from '../../src/query/downsample/fold';
import { evaluateGroup } from '../../src/query/evaluate';
import { parseDownsample } from '../../src/query/downsample/parse-downsample';
import { PointsBuilder } from '../../src/query/series';
import type { GroupSpec } from '../../src/query/specification';
import { NeededPoints } from '../../src/query/scan';

const HOUR = 3600;
const START = 400_000 * HOUR;

/** Points of a series by row, each a time within the hour in milliseconds and a value. */
type Rows = readonly (readonly (readonly [number, number])[])[];

function addRow(points: PointsBuilder, row: number, values: Rows[number]): void {
  for (const [offset, value] of values) points.push((START + row * HOUR) * 1000 + offset, value, Number.isInteger(value));
}

/** What the engine makes of rows while it reads them. */
function folded(rows: Rows, spec: GroupSpec): PointsBuilder {
  const fold = BucketFold.of(spec);
  const needed = NeededPoints.of(spec);
  if (fold === null) throw new Error('points of this query are kept');
  const [unfolded, values] = [new PointsBuilder(0), new PointsBuilder(0)];
  rows.forEach((row, i) => {
    const [base, end] = [START + i * HOUR, START + (i + 1) * HOUR];
    addRow(unfolded, i, row);
    if (unfolded.size > 0) fold.fold(unfolded, values, end * 1000);
    if (needed !== null && !needed.coverRow(base, end)) needed.trim(values);
  });
  if (unfolded.size > 0) fold.fold(unfolded, values, Infinity);
  return values;
}

function kept(rows: Rows): PointsBuilder {
  const points = new PointsBuilder(0);
  rows.forEach((row, i) => addRow(points, i, row));
  return points;
}

const shown = ({ size, timestamps, values }: PointsBuilder | ReturnType<typeof evaluateGroup>): [number, number][] =>
  Array.from({ length: size }, (_, i) => [timestamps[i], values[i]]);

const sampling = parseDownsample;

describe('points that become values of buckets while they are read', () => {
  const row = fc
    .array(fc.tuple(fc.nat(HOUR * 1000 - 1), fc.oneof(fc.integer({ min: -100, max: 100 }), fc.double({ min: -5, max: 5, noNaN: true }))), {
      maxLength: 12,
    })
    .map((points) => [...new Map(points)].sort(([a], [b]) => a - b));
  const names = ['avg', 'sum', 'min', 'max', 'count', 'dev', 'p95', 'median', 'first', 'last', 'diff', 'mult', 'squareSum', 'zimsum'];

  it('give the numbers that they would give all at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('30s', '5m', '7m', '17m', '40m', '55m', '1h'),
        fc.constantFrom(...names),
        fc.constantFrom('', '-nan', '-zero', '-scalar'),
        fc.constantFrom(null, { counter: false, dropResets: false }, { counter: true, dropResets: true }),
        fc.tuple(fc.nat(4 * HOUR), fc.nat(4 * HOUR)),
        (series, interval, name, fill, rate, [a, b]) => {
          const downsample = sampling(`${interval}-${name}${fill}`);
          const aggregator = findAggregator('sum');
          if (aggregator === undefined) throw new Error('no aggregator');
          const spec: GroupSpec = {
            aggregator,
            downsample,
            rate: rate === null ? null : { ...rate, counterMax: 2n ** 63n - 1n, resetValue: 0n },
            startMs: (START + Math.min(a, b)) * 1000,
            endMs: (START + Math.max(a, b)) * 1000,
            scanStart: START,
            scanEnd: START + 4 * HOUR,
          };
          const withPoints = series.filter((rows) => rows.some((one) => one.length > 0));
          const answer = (run: () => [number, number][]): unknown => {
            try {
              return run();
            } catch (e) {
              return (e as Error).message;
            }
          };
          const sampled = { ...spec, isSampled: true };
          const whole = answer(() => shown(evaluateGroup(withPoints.map(kept), spec)));
          expect(
            answer(() =>
              shown(
                evaluateGroup(
                  withPoints.map((rows) => folded(rows, sampled)),
                  sampled,
                ),
              ),
            ),
          ).toEqual(whole);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('keep none but those whose bucket is not whole yet', () => {
    const fold = BucketFold.of({ ...window, downsample: sampling('40m-sum'), isSampled: true });
    const [points, values] = [new PointsBuilder(0), new PointsBuilder(0)];
    addRow(points, 0, [
      [0, 1],
      [20 * 60_000, 2],
      [41 * 60_000, 4],
    ]);
    fold?.fold(points, values, (START + HOUR) * 1000);
    expect(shown(values)).toEqual([[START * 1000, 3]]);
    expect(points.size).toBe(1);
    addRow(points, 1, [[0, 8]]);
    fold?.fold(points, values, (START + 2 * HOUR) * 1000);
    expect(shown(values)[1]).toEqual([START * 1000 + 40 * 60_000, 12]);
    expect([points.size, points.room]).toEqual([0, 0]);
  });

  it('are those of queries by buckets of fixed length, none longer than a row', () => {
    const folds = (text: string): boolean => foldsWhileReading(sampling(text), HOUR);
    expect(['1h-avg', '60m-p99', '10ms-sum-nan'].map(folds)).toEqual([true, true, true]);
    expect(['61m-avg', '1d-avg', '0all-sum'].map(folds)).toEqual([false, false, false]);
    expect(foldsWhileReading(null, HOUR)).toBe(false);
    expect(foldsWhileReading({ ...sampling('1h-avg'), calendar: true }, HOUR)).toBe(false);
  });
});

const window = {
  aggregator: sampling('1h-sum').aggregator,
  rate: null,
  startMs: START * 1000,
  endMs: (START + HOUR) * 1000,
  scanStart: START,
  scanEnd: START + HOUR,
};
