import { evaluateGroup } from '../../src/query/evaluate';
import type { Series } from '../../src/query/series/series';
import { B, groupSpec, series, seriesMs, shown, window, type Asked } from './evaluate-support';

const run = (group: Series[], asked: Partial<Asked> = {}): string =>
  shown(evaluateGroup(group, groupSpec({ ...window(0, 3500), ...asked })));

describe('two series that do not meet', () => {
  const [a, b, floating] = [series('0:10 60:20'), series('30:5 90:15'), series('30:5.5 90:15.5')];
  test.each([
    ['sum', '10 20 30 15'],
    ['zimsum', '10 5 20 15'],
    ['pfsum', '10 15 25 15'],
    ['min', '10 5 10 15'],
    ['max', '10 15 20 15'],
    ['mimmin', '10 5 20 15'],
    ['mimmax', '10 5 20 15'],
    ['avg', '10 10 15 15'],
    ['dev', '0 5 5 0'],
    ['diff', '0 -10 -10 0'],
    ['median', '10 15 20 15'],
    ['mult', '10 75 200 15'],
    ['squareSum', '100 25 400 225'],
    ['count', '1 2 2 1'],
    ['first', '10 0 20 15'],
    ['last', '10 5 0 15'],
    ['p50', '10 10 15 15'],
    ['ep50r3', '10 5 10 15'],
  ])('%s of integers', (aggregator, expected) => {
    const values = expected.split(' ');
    expect(run([a, b], { aggregator })).toBe([0, 30, 60, 90].map((t, i) => `${t}:${values[i]}`).join(' '));
  });
  test.each([
    ['sum', '0:10.0 30:20.5 60:30.5 90:15.5'],
    ['avg', '0:10.0 30:10.25 60:15.25 90:15.5'],
    ['dev', '0:0.0 30:4.75 60:4.75 90:0.0'],
    ['ep50r3', '0:10.0 30:10.25 60:15.25 90:15.5'],
    ['mimmin', '0:10.0 30:5.5 60:20.0 90:15.5'],
  ])('%s with a floating one', (aggregator, expected) => {
    expect(run([a, floating], { aggregator })).toBe(expected);
  });
});

describe('integers and doubles', () => {
  test('what comes next decides too', () => {
    expect(run([series('0:1 60:2 120:3.5 180:4')])).toBe('0:1 60:2.0 120:3.5 180:4');
    expect(run([series('0:1 60:2 120:3 180:4'), series('0:10 60:20.5')])).toBe('0:11.0 60:22.5 120:3 180:4');
    expect(run([series('0:1 60:2'), series('0:1.5')])).toBe('0:2.5 60:2');
  });
  test('interpolated integers are cut toward zero', () => {
    expect(run([series('0:0 60:10'), series('20:0 40:0')])).toBe('0:0 20:3 40:6 60:10');
    expect(run([series('0:0 60:-10'), series('20:0 40:0')])).toBe('0:0 20:-3 40:-6 60:-10');
  });
  test('a product that leaves 64 bits wraps before it is divided', () => {
    // Java: 10000 * (2^62 - 0) wraps to 0.
    expect(run([series('0:0 40:4611686018427387904'), series('10:0')])).toBe('0:0 10:0 40:4611686018427387904');
  });
  test('sums wrap at 64 bits', () => {
    expect(run([series('0:9223372036854775807'), series('0:1')])).toBe('0:-9223372036854775808');
    expect(run([series('0:9007199254740991'), series('0:2')])).toBe('0:9007199254740993');
  });
  test('exact integers survive next to doubles', () => {
    expect(run([series('0:9007199254740993 60:1.5 120:9007199254740995')])).toBe('0:9.007199254740992E15 60:1.5 120:9007199254740995');
  });
});

describe('who takes part', () => {
  test('nobody before the first point, nor one step after the last', () => {
    expect(run([series('0:1 10:1'), series('20:2 30:2'), series('5:4 25:4')])).toBe('0:1 5:5 10:5 20:6 25:6 30:2');
  });
  test('points beyond the end are interpolated with', () => {
    expect(run([series('0:0 3000:300'), series('0:0 1500:1')], window(0, 1800))).toBe('0:0 1500:151');
  });
  test('points before the start, too', () => {
    expect(run([series('0:0 1000:100'), series('500:1')], window(400, 600))).toBe('500:51');
  });
  test('both ends of the window count', () => {
    expect(run([series('0:1 10:2 20:3')], window(0, 20))).toBe('0:1 10:2 20:3');
    expect(run([series('0:1 10:2 20:3')], window(10, 10))).toBe('10:2');
  });
  test('nothing in the window is no points', () => {
    expect(run([series('0:1 2000:2')], window(100, 200))).toBe('');
    expect(run([])).toBe('');
  });
  test('points of one second stay apart', () => {
    expect(run([seriesMs('0:1 1:2 999:3')])).toBe(
      '0:1 0.0009999275207519531:2 0.9990000724792480:3'
        .replace('0.0009999275207519531', String((B * 1000 + 1) / 1000 - B))
        .replace('0.9990000724792480', String((B * 1000 + 999) / 1000 - B)),
    );
  });
});

test('an infinite result fails', () => {
  expect(() => run([series('0:1.5e308'), series('0:1.5e308')])).toThrow('Got Infinity: Infinity in this ');
  expect(run([series('0:1.5e308'), series('0:1.5e308')], window(10, 20))).toBe('');
});
