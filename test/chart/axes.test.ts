import fc from 'fast-check';
import { createScale } from '../../src/chart/axis/scale';
import { timeTicks } from '../../src/chart/axis/time-ticks';
import { valueTicks } from '../../src/chart/axis/value-axis';
import { defaultTimeFormat, PLAIN_AXIS, type ValueAxis } from '../../src/chart';
import { TimeZone } from '../../src/util/time-zone';

const labels = (axis: Partial<ValueAxis>, min: number, max: number, wanted = 5): string[] =>
  valueTicks({ ...PLAIN_AXIS, ...axis }, { min, max }, wanted).ticks.map(({ label }) => label);

describe('axes of values', () => {
  it.each<[Partial<ValueAxis>, number, number, string[]]>([
    [{}, 0, 10, ['0', '2', '4', '6', '8', '10']],
    [{}, 3, 97, ['0', '20', '40', '60', '80', '100']],
    [{}, -0.3, 0.4, ['-0.4', '-0.2', '0', '0.2', '0.4']],
    [{ min: 0 }, 3, 97, ['0', '20', '40', '60', '80', '100']],
    [{ min: 5, max: 6 }, 3, 97, ['5.0', '5.2', '5.4', '5.6', '5.8', '6.0']],
    [{ min: 6, max: 5 }, 3, 97, ['5.0', '5.2', '5.4', '5.6', '5.8', '6.0']],
    [{ log: true }, 1, 1000, ['1', '2', '5', '10', '20', '50', '100', '200', '500', '1000'].filter((n) => /^1/.test(n))],
    [{ log: true }, 3, 8, ['1', '2', '5', '10']],
    [{ format: '%.1s%c' }, 0, 4000, ['0.0', '1.0k', '2.0k', '3.0k', '4.0k']],
  ])('%j from %d to %d', (axis, min, max, expected) => {
    expect(labels(axis, min, max)).toEqual(expected);
  });

  it('have the original’s range when there is nothing', () => {
    const { from, to } = valueTicks(PLAIN_AXIS, null, 5);
    expect([from, to]).toEqual([0, 10]);
  });

  it('hold what they show, are never empty and have few labels, whatever the numbers', () => {
    const any = fc.double({ noNaN: true, min: -1e299, max: 1e299 });
    fc.assert(
      fc.property(any, any, fc.option(any), fc.option(any), fc.boolean(), (one, other, min, max, log) => {
        fc.pre(min === null || max === null || Math.abs(max - min) > 1e-9 * Math.max(Math.abs(min), Math.abs(max), 1e-280));
        const extent = { min: Math.min(one, other), max: Math.max(one, other) };
        const { from, to, ticks } = valueTicks({ ...PLAIN_AXIS, min, max, log }, extent, 8);
        const near = 1e-8 * Math.abs(to - from);
        expect(from).not.toBe(to);
        expect(Number.isFinite(from) && Number.isFinite(to)).toBe(true);
        expect(ticks.length).toBeLessThanOrEqual(110);
        if (min === null && max === null && !log) expect(from - near <= extent.min && to + near >= extent.max).toBe(true);
        const scale = createScale(from, to, log, 400, 0);
        for (const { value } of ticks) expect(scale(value)).not.toBe(Infinity);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('scales', () => {
  it('are linear or logarithmic', () => {
    const linear = createScale(0, 10, false, 100, 0);
    expect([linear(0), linear(5), linear(10)]).toEqual([100, 50, 0]);
    const log = createScale(1, 100, true, 0, 200);
    expect([log(1), log(10), log(100), log(0), log(-1)]).toEqual([0, 100, 200, NaN, NaN]);
    expect(createScale(-1.7e308, 1.7e308, false, 0, 100)(0)).toBe(50);
  });
});

describe('axes of time', () => {
  const iso = (ticks: number[]): string[] => ticks.map((tick) => new Date(tick).toISOString().replace(/:00\.000Z$/, ''));
  const ticksOf = (from: string, to: string, zone: string, wanted: number): string[] =>
    iso(timeTicks(Date.parse(from), Date.parse(to), TimeZone.of(zone), wanted));

  it.each<[string, string, string, number, string[]]>([
    [
      '2023-11-14T22:00Z',
      '2023-11-14T23:00Z',
      'UTC',
      4,
      ['2023-11-14T22:00', '2023-11-14T22:15', '2023-11-14T22:30', '2023-11-14T22:45', '2023-11-14T23:00'],
    ],
    ['2023-11-14T22:00Z', '2023-11-14T23:00Z', 'Asia/Kolkata', 2, ['2023-11-14T22:00', '2023-11-14T22:30', '2023-11-14T23:00']],
    [
      '2023-11-14T20:00Z',
      '2023-11-15T20:00Z',
      'Asia/Kolkata',
      4,
      ['2023-11-15T00:30', '2023-11-15T06:30', '2023-11-15T12:30', '2023-11-15T18:30'],
    ],
    // the night in which clocks go back
    ['2023-10-28T00:00Z', '2023-10-31T00:00Z', 'Europe/Berlin', 3, ['2023-10-28T22:00', '2023-10-29T23:00', '2023-10-30T23:00']],
    ['2023-11-14T00:00Z', '2023-12-05T00:00Z', 'UTC', 3, ['2023-11-20T00:00', '2023-11-27T00:00', '2023-12-04T00:00']],
    ['2022-12-15T00:00Z', '2023-04-15T00:00Z', 'UTC', 4, ['2023-01-01T00:00', '2023-02-01T00:00', '2023-03-01T00:00', '2023-04-01T00:00']],
    ['1999-05-01T00:00Z', '2031-01-01T00:00Z', 'UTC', 4, ['2000-01-01T00:00', '2010-01-01T00:00', '2020-01-01T00:00', '2030-01-01T00:00']],
  ])('%s to %s in %s', (from, to, zone, wanted, expected) => {
    expect(ticksOf(from, to, zone, wanted)).toEqual(expected);
  });

  it('go down to milliseconds', () => {
    expect(timeTicks(0, 10, TimeZone.UTC, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  });

  it.each([
    [2099, '%H:%M:%S'],
    [2100, '%H:%M'],
    [86_399, '%H:%M'],
    [86_400, '%a %H:%M'],
    [604_800, '%a %d %H:%M'],
    [1_209_600, '%b %d'],
    [7_776_000, '%Y/%m/%d'],
  ])('have the original’s format for %d s', (seconds, format) => {
    expect(defaultTimeFormat(seconds * 1000)).toBe(format);
  });
});
