import { findFunction } from '../../../../../src/query/expression/gexp/functions';
import type { GexpSeries } from '../../../../../src/query/expression/gexp/series';
import type { Series } from '../../../../../src/query/series/series';
import { doublePoints } from '../../../../../src/query/expression/series';
import { apply, group } from './support';

const s1 = group('0:1 60:-2 120:3');
const s2 = group('0:10 60:20 120:30');
const gaps = group('0:1 60:11 120:21 180:NaN 240:NaN 300:51 360:61');

test('over points: 0 until there are as many', () => {
  expect(apply('movingAverage', [[s1]], ['2'])).toEqual(['m{host=a} 0:0.0 60:-0.5 120:0.5']);
});
test('over time: 0 until a point is old enough', () => {
  expect(apply('movingAverage', [[s1]], ["'1min'"])).toEqual(['m{host=a} 0:0.0 60:-2.0 120:3.0']);
  expect(apply('movingAverage', [[s2]], ["'2min'"])).toEqual(['m{host=a} 0:0.0 60:0.0 120:25.0']);
});
test('NaN is passed over', () => {
  expect(apply('movingAverage', [[gaps]], ['3'])).toEqual([
    'm{host=a} 0:0.0 60:0.0 120:11.0 180:11.0 240:11.0 300:27.666666666666668 360:44.333333333333336',
  ]);
  expect(apply('movingAverage', [[gaps]], ["'2min'"])).toEqual(['m{host=a} 0:0.0 60:0.0 120:16.0 180:21.0 240:0.0 300:51.0 360:56.0']);
});
test('only points of the query window take part', () => {
  expect(apply('movingAverage', [[s2]], ['2'], [60, 120])).toEqual(['m{host=a} 60:0.0 120:25.0']);
});
describe('over very many points', () => {
  const size = 6000;
  /** @returns means, and how often others had their turn meanwhile */
  const averages = (window: string, valueOf: (i: number) => number): { means: number[]; turns: number } => {
    const timestamps = Float64Array.from({ length: size }, (_, i) => i * 1000);
    const points = doublePoints(
      timestamps,
      Float64Array.from({ length: size }, (_, i) => valueOf(i)),
    );
    const one = {
      ...group(''),
      *points(): Generator<null, Series> {
        yield null;
        return points;
      },
    };
    const operation = findFunction('movingAverage')?.prepare([window], 1);
    const scope = { startMs: 0, endMs: size * 1000, hold: () => undefined };
    const averaged = operation?.([[one].values() as never], scope).next().value as GexpSeries | undefined;
    const steps = averaged?.points();
    if (steps === undefined) throw new Error('No series came');
    for (let turns = 0; ; turns++) {
      const step = steps.next();
      if (step.done === true) return { means: [...step.value.values], turns };
    }
  };
  const singly = (count: number, valueOf: (i: number) => number): number[] =>
    Array.from({ length: size }, (_, i) => {
      if (i < count - 1) return 0;
      let sum = 0;
      for (let j = i; j > i - count; j--) sum += valueOf(j);
      return sum / count;
    });
  const whole = (i: number): number => ((i * 7919) % 1000) - 300;

  it('takes time by the number of points, whatever the window is', () => {
    for (const window of ['3000', "'3000sec'"]) expect(averages(window, whole).turns).toBeLessThan(5);
  });
  it('has the same means of whole numbers, and the same but for the last digits of others', () => {
    expect(averages('2500', whole).means).toEqual(singly(2500, whole));
    const odd = (i: number): number => whole(i) / 7 + (i % 100 === 0 ? 1e9 : 0);
    const expected = singly(2500, odd);
    averages('2500', odd).means.forEach((mean, i) =>
      expect(Math.abs(mean - expected[i])).toBeLessThanOrEqual(1e-12 * Math.abs(expected[i])),
    );
  });
  it('is not finite only as long as a value in the window is not', () => {
    const { means } = averages('2000', (i) => (i === 2500 ? Infinity : 1));
    expect(means.map((mean, i) => [i, mean]).filter(([, mean]) => mean === Infinity)).toHaveLength(2000);
    expect(means[4500]).toBe(1);
  });
  it('reaches back so much time', () => {
    const { means } = averages("'2500sec'", whole);
    expect(means.slice(2500)).toEqual(singly(2500, whole).slice(2500));
    expect(means.slice(0, 2500).every((mean) => mean === 0)).toBe(true);
  });
});
test.each([
  [undefined, 'Missing moving average window size'],
  ['0', 'Moving average window must be an integer greater than zero'],
  ["'0min'", 'Moving average window must be an integer greater than zero'],
  ['-1', 'Unparseable window size: -1'],
  ["'1min", "Unparseable window size: '1min"],
  ['9999999999999', 'Invalid parameter, must be an integer'],
  ["'x'", "Invalid moving window parameter: 'x'"],
  ["'", "Invalid moving window parameter: '"],
  ["'5x'", "Unknown time unit=x in window='5x'"],
  ["'5'", "Unknown time unit= in window='5'"],
  ["'1s''", "Unknown time unit=s' in window='1s''"],
  ["'2147483648s'", "Unable to parse moving window parameter: '2147483648s'"],
])('refuses %p', (text, message) => {
  expect(() => apply('movingAverage', [[s1]], text === undefined ? [] : [text])).toThrow(message);
});
