import { evaluateGroup } from '../../src/query/evaluate';
import { rateOf } from '../../src/query/rate/rate';
import { defaultRateOptions } from '../../src/query/specification';
import type { Series } from '../../src/query/series/series';
import { groupSpec, series, seriesMs, seriesOf, shown, valueTexts, window, type Asked } from './evaluate-support';

const run = (group: Series[], rate: Asked['rate'] = true, asked: Partial<Asked> = {}): string =>
  shown(evaluateGroup(group, groupSpec({ ...window(0, 3500), ...asked, rate })));

describe('a counter', () => {
  const counter = series('0:10 10:20 20:40 40:20');
  test.each([
    ['no options', true, '10:1.0 20:2.0 40:-1.0'],
    ['a maximum', { counter: true, counterMax: 100n }, '10:1.0 20:2.0 40:4.0'],
    ['a maximum and a reset value below the rate', { counter: true, counterMax: 100n, resetValue: 3n }, '10:1.0 20:2.0 40:0.0'],
    ['a reset value that the rate only reaches', { counter: true, counterMax: 100n, resetValue: 4n }, '10:1.0 20:2.0 40:4.0'],
    ['no maximum', { counter: true }, '10:1.0 20:2.0 40:4.6116860184273882E17'],
  ])('with %s', (_name, options, expected) => {
    expect(run([counter], options)).toBe(expected);
  });
  test('resets may be dropped', () => {
    expect(run([series('0:10 10:20 20:40 40:20 50:25')], { counter: true, dropResets: true })).toBe('10:1.0 20:2.0 50:0.5');
  });
  test('a jump upwards is never a reset', () => {
    expect(run([series('0:10 10:1000000')], { counter: true, resetValue: 1n })).toBe('10:99999.0');
  });
});

describe('arithmetic', () => {
  test('below a second', () =>
    expect(valueTexts(evaluateGroup([seriesMs('1:10 501:20')], groupSpec({ rate: true, ...window(0, 60) })))).toEqual(['20.0']));
  test('differences of integers are exact and wrap', () => {
    expect(run([series('0:9007199254740993 1:9007199254740995')])).toBe('1:2.0');
    expect(run([series('0:9223372036854775807 1:-9223372036854775808')])).toBe('1:1.0');
  });
  test('the first rate is the one against time 0', () => {
    const rates = rateOf(
      seriesOf([
        [1000, '500'],
        [1010, '520'],
      ]),
      defaultRateOptions(),
    );
    expect(Array.from(rates.values)).toEqual([0.5, 2]);
  });
  test('time has to advance', () =>
    expect(() => rateOf(seriesOf([[0, '1']]), defaultRateOptions())).toThrow('is supposed to be  strictly greater'));
});

describe('groups', () => {
  const [a, b] = [series('0:0 10:10 20:20 30:30'), series('15:1000 25:1010 35:1020')];
  test.each(['sum', 'zimsum', 'pfsum'])('%s holds rates, and the first one leaks', (aggregator) => {
    expect(run([a, b], true, { aggregator })).toBe('10:1.0000007369205366 20:1.0000007369205366 25:2.0 30:2.0 35:1.0');
  });
  test('a single point has no rate', () => {
    expect(run([series('0:5')])).toBe('');
    expect(run([a, series('15:5')])).toBe(run([a]));
  });
  test('the point before the window is used', () => expect(run([a], true, window(15, 30))).toBe('20:1.0 30:1.0'));
});

test('comes after downsampling and its fills', () => {
  const points = [series('0:10 10:20 40:50')];
  expect(run(points, true, { downsample: '10s-avg-zero', ...window(0, 50) })).toBe('10:1.0 20:-2.0 30:0.0 40:5.0 50:-5.0');
  expect(run(points, true, { downsample: '10s-avg-nan', ...window(0, 50) })).toBe('10:1.0 20:NaN 30:NaN 40:NaN 50:NaN');
  expect(run(points, true, { downsample: '0all-sum', ...window(0, 50) })).toBe('');
});
