import fc from 'fast-check';
import { thin, within, type Points, type Smoothing } from '../../src/chart';
import { stack } from '../../src/chart/layout/stack';
import { smooth } from '../../src/chart/smooth';

const points = (times: number[], values: number[]): Points => ({ times: Float64Array.from(times), values: Float64Array.from(values) });
const pairs = ({ times, values }: Points): [number, number][] => Array.from(times, (time, i) => [time, values[i]]);
const wave = (size: number): Points =>
  points(
    Array.from({ length: size }, (_none, i) => i),
    Array.from({ length: size }, (_none, i) => Math.sin(i / 7) * 100 + (i % 13)),
  );

describe('thinning', () => {
  it('leaves what a picture can show as it is', () => {
    const few = wave(100);
    expect(pairs(thin(few, 0, 99, 50))).toEqual(pairs(few));
  });

  it('keeps the first, the last, the least and the greatest of each column, in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 500, maxLength: 1500 }),
        (columns, values) => {
          const all = points(
            values.map((_value, i) => i),
            values,
          );
          const to = values.length - 1;
          const thinned = thin(all, 0, to, columns);
          expect(thinned.times.length).toBeLessThanOrEqual((columns + 1) * 5);
          const kept = new Map(pairs(thinned));
          for (let i = 1; i < thinned.times.length; i++) expect(thinned.times[i]).toBeGreaterThan(thinned.times[i - 1]);
          const columnOf = (time: number): number => Math.floor(time / (to / columns));
          const byColumn = new Map<number, number[]>();
          values.forEach((value, i) => byColumn.set(columnOf(i), [...(byColumn.get(columnOf(i)) ?? []), value]));
          for (const [column, those] of byColumn) {
            const shown = [...kept].filter(([time]) => columnOf(time) === column).map(([, value]) => value);
            expect([Math.max(...shown), Math.min(...shown), shown[0], shown.at(-1)]).toEqual([
              Math.max(...those),
              Math.min(...those),
              those[0],
              those.at(-1),
            ]);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps gaps that can be seen', () => {
    const values = Array.from({ length: 1000 }, (_none, i) => (i >= 400 && i < 600 ? NaN : 1));
    const thinned = thin(
      points(
        values.map((_value, i) => i),
        values,
      ),
      0,
      999,
      10,
    );
    const gaps = pairs(thinned).filter(([, value]) => Number.isNaN(value));
    expect(gaps.length).toBeGreaterThan(0);
    expect(gaps.every(([time]) => time >= 400 && time < 600)).toBe(true);
  });

  it('cuts to the window, both ends included', () => {
    expect(pairs(within(points([1, 2, 3, 4], [1, 2, 3, 4]), 2, 3))).toEqual([
      [2, 2],
      [3, 3],
    ]);
    expect(thin(wave(1000), 5000, 6000, 10).times).toHaveLength(0);
  });
});

describe('smoothing', () => {
  const some = points([0, 10, 20, 30, 40], [1, 3, 2, 2, 8]);
  const of = (smoothing: Smoothing, from = some): Points => smooth(from, smoothing, 0, 40, 41);

  it.each<[Smoothing, number[]]>([
    ['none', [1, 3, 2, 2, 8]],
    ['unique', [1, 3, 2, 2, 8]],
    ['frequency', [1, 3, 2, 2, 8]],
    ['zsort', [1, 3, 2, 2, 8]],
    ['cumulative', [1, 4, 6, 8, 16]],
    ['cnormal', [1 / 16, 4 / 16, 6 / 16, 8 / 16, 1]],
    ['fnormal', [1 / 16, 3 / 16, 2 / 16, 2 / 16, 8 / 16]],
    ['unwrap', [1, 3, 2, 2, 8 - 2 * Math.PI]],
  ])('%s', (smoothing, values) => {
    expect([...of(smoothing).values]).toEqual(values);
  });

  it.each<Smoothing>(['csplines', 'mcsplines'])('%s goes through the points', (smoothing) => {
    const curve = new Map(pairs(of(smoothing)));
    pairs(some).forEach(([time, value]) => expect(curve.get(time)).toBeCloseTo(value, 9));
  });

  it('csplines of a line are the line, and bend without a kink elsewhere', () => {
    const line = of('csplines', points([0, 10, 25, 40], [0, 10, 25, 40]));
    pairs(line).forEach(([time, value]) => expect(value).toBeCloseTo(time, 9));
  });

  it('mcsplines do not overshoot', () => {
    const { times, values } = of('mcsplines');
    values.forEach((value, i) => {
      if (times[i] >= 20 && times[i] <= 30) expect(value).toBeCloseTo(2, 9);
      expect(value).toBeGreaterThanOrEqual(1 - 1e-9);
      expect(value).toBeLessThanOrEqual(8 + 1e-9);
    });
  });

  it.each<Smoothing>(['bezier', 'sbezier', 'acsplines'])('%s begins and ends at the ends and stays between the extremes', (smoothing) => {
    const curve = pairs(of(smoothing));
    [...curve[0], ...(curve.at(-1) ?? [])].forEach((number, i) => expect(number).toBeCloseTo([0, 1, 40, 8][i], 9));
    for (const [, value] of curve) expect(value >= 1 - 1e-9 && value <= 8 + 1e-9).toBe(true);
  });

  it('bins add up', () => {
    expect(of('bins').values.reduce((total, value) => total + value, 0)).toBe(16);
  });

  it.each<Smoothing>(['csplines', 'mcsplines', 'acsplines', 'bezier', 'bins', 'cnormal', 'unwrap'])(
    '%s takes none, one and two points, and gaps',
    (smoothing) => {
      for (const few of [points([], []), points([1], [5]), points([1, 2], [5, 6]), points([1, 2, 3], [NaN, NaN, 1])]) {
        for (const value of smooth(few, smoothing, 0, 40, 10).values) expect(value).not.toBeNaN();
      }
    },
  );
});

describe('stacks', () => {
  it('stand on each other, with straight lines between the points of each', () => {
    const [one, other] = stack([points([0, 10, 20], [1, 1, 1]), points([5, 15], [2, 4])]);
    expect(pairs(one.points)).toEqual([0, 5, 10, 15, 20].map((time) => [time, 1]));
    expect([...other.base]).toEqual([1, 1, 1, 1, 1]);
    expect([...other.points.values]).toEqual([1, 3, 4, 5, 1]);
  });
});
