import fs from 'node:fs';
import path from 'node:path';
import { CalendarBuckets } from '../../src/query/downsample/calendar';
import { parseDownsample } from '../../src/query/downsample/parse-downsample';
import { evaluateGroup } from '../../src/query/evaluate';
import type { Series } from '../../src/query/series/series';
import { B, groupSpec, series, seriesMs, seriesOf, shown, window, type Asked } from './evaluate-support';

const run = (group: Series[], downsample: Asked['downsample'], asked: Partial<Asked> = {}): string =>
  shown(evaluateGroup(group, groupSpec({ ...window(0, 3500), ...asked, downsample })));

describe('the specifier', () => {
  test.each([
    ['1m-sum', 60_000, false, 'none'],
    ['1m-avg-', 60_000, false, 'none'],
    ['1dc-sum-NULL', 86_400_000, true, 'null'],
    ['5min-sum', 12_960_000_000, false, 'none'],
    ['10Ms-sum-zero', 10_000, false, 'zero'],
    ['1.5h-sum', 3_600_000, false, 'none'],
    ['500ms-sum-scalar', 500, false, 'scalar'],
  ])('%s', (text, intervalMs, calendar, fill) => {
    expect(parseDownsample(text)).toMatchObject({ kind: 'interval', intervalMs, calendar, fill, timeZone: 'UTC' });
  });
  test.each(['0all-sum', 'all-sum', 'xall-sum', '1dallc-sum-nan'])('%s is one value for all', (text) => {
    expect(parseDownsample(text)).toMatchObject({ kind: 'all', intervalMs: 0, calendar: false });
  });
  test.each([
    ['1m', "Invalid downsampling specifier '1m': must provide at least interval and function"],
    ['', "Invalid downsampling specifier '': must provide at least interval and function"],
    ['-', "Invalid downsampling specifier '-': must provide at least interval and function"],
    ['1m-avg-nan-x', "Invalid downsampling specifier '1m-avg-nan-x': must consist of interval, function, and optional fill policy"],
    ['-sum', 'String index out of range: -1'],
    ['c-sum', 'Cannot parse null or empty duration'],
    ['1hC-sum', 'Invalid duration (suffix): 1hC'],
    ['0m-sum', 'Zero or negative duration: 0m'],
    ['1m-foo', 'No such downsampling function: foo'],
    ['1m--nan', 'No such downsampling function: '],
    ['1m-SUM', 'No such downsampling function: SUM'],
    ['1m-none', 'cannot use the NONE aggregator for downsampling'],
    ['1m-avg-foo', 'Unrecognized fill policy: foo'],
  ])('%s is refused', (text, message) => {
    expect(() => parseDownsample(text)).toThrow(new Error(message));
  });
});

describe('fixed intervals', () => {
  const ramp = seriesOf(Array.from({ length: 30 }, (_, i) => [B + i * 20, String(i)] as const));
  test.each([
    ['1m-avg', 0, 180, '0:1.0 60:4.0 120:7.0 180:10.0'],
    ['1m-avg', 30, 150, '60:4.0 120:7.0'],
    ['1m-sum', 30, 150, '60:12.0 120:21.0'],
    ['0all-sum', 30, 150, '30:27.0'],
  ])('%s from %d to %d', (downsample, start, end, expected) => {
    expect(run([ramp], downsample, window(start, end))).toBe(expected);
  });
  test.each([
    ['1h-count', 1800, 9000, '3600:60.0 7200:60.0'],
    ['2h-count', 1800, 9000, '7200:120.0'],
    ['1h-count', 0, 3600, '0:60.0 3600:60.0'],
  ])('%s of minutes from %d to %d', (downsample, start, end, expected) => {
    const minutes = seriesOf(Array.from({ length: 240 }, (_, i) => [B + i * 60, '1'] as const));
    expect(run([minutes], downsample, window(start, end))).toBe(expected);
  });
  test('of half a second', () => {
    expect(run([seriesMs('1:1 400:2 600:3 1999:4')], '500ms-sum')).toBe('0:3.0 0.5:3.0 1.5:4.0');
  });
  test('a bucket that began before the scan window is not shown', () => {
    // 7 minutes before the hour's first whole bucket belong to the one at -4 s.
    expect(run([series('0:1 100:1 420:1')], '7m-count', window(0, 500))).toBe(run([series('420:1')], '7m-count', window(0, 500)));
  });
});

describe('fill policies', () => {
  const group = [series('0:1 180:4'), series('60:10 180:40')];
  test.each([
    ['sum', '', '0:1.0 60:12.0 180:44.0'],
    ['sum', '-none', '0:1.0 60:12.0 180:44.0'],
    ['sum', '-nan', '0:1.0 60:10.0 120:NaN 180:44.0 240:NaN'],
    ['sum', '-null', '0:1.0 60:10.0 120:NaN 180:44.0 240:NaN'],
    ['sum', '-zero', '0:1.0 60:10.0 120:0.0 180:44.0 240:0.0'],
    ['avg', '', '0:1.0 60:6.0 180:22.0'],
    ['avg', '-nan', '0:1.0 60:10.0 120:NaN 180:22.0 240:NaN'],
    ['avg', '-zero', '0:0.5 60:5.0 120:0.0 180:22.0 240:0.0'],
    ['min', '-zero', '0:0.0 60:0.0 120:0.0 180:4.0 240:0.0'],
    ['count', '', '0:1.0 60:2.0 180:2.0'],
    ['count', '-nan', '0:1.0 60:1.0 120:0.0 180:2.0 240:0.0'],
    ['count', '-zero', '0:2.0 60:2.0 120:2.0 180:2.0 240:2.0'],
    ['mult', '-nan', '0:NaN 60:NaN 120:NaN 180:160.0 240:NaN'],
    ['first', '-nan', '0:1.0 60:NaN 120:NaN 180:4.0 240:NaN'],
    ['last', '-nan', '0:NaN 60:10.0 120:NaN 180:40.0 240:NaN'],
    ['diff', '-nan', '0:NaN 60:0.0 120:NaN 180:36.0 240:NaN'],
    ['dev', '-nan', '0:0.0 60:0.0 120:NaN 180:18.0 240:NaN'],
  ])('%s over 1m-sum%s', (aggregator, fill, expected) => {
    expect(run(group, `1m-sum${fill}`, { aggregator, ...window(0, 240) })).toBe(expected);
  });
  test('scalar fails at the first missing bucket, wherever it is', () => {
    expect(() => run(group, '1m-sum-scalar', window(0, 240))).toThrow('unhandled fill policy');
    expect(() => run([series('0:1 60:1')], '1m-sum-scalar', window(0, 60))).toThrow('unhandled fill policy');
    const full = seriesOf(Array.from({ length: 60 }, (_, i) => [B + i * 60, '2'] as const));
    expect(run([full], '1m-sum-scalar', window(0, 60))).toBe('0:2.0 60:2.0');
  });
  test('more buckets than memory are refused', () => {
    expect(() => run([series('0:1')], '1ms-sum-zero', window(0, 30 * 86_400))).toThrow('Please use a longer downsampling interval');
  });
});

describe('the calendar', () => {
  const day = 86_400;
  const hourly = seriesOf(Array.from({ length: 24 * 160 }, (_, i) => [1356566400 + i * 3600, '1'] as const)); // from 2012-12-27
  const ask = (text: string, timeZone: string, start: number, end: number): string[] => {
    const points = evaluateGroup(
      [scanned(hourly, text, start, end)],
      groupSpec({ downsample: { ...parseDownsample(text), timeZone }, startMs: start * 1000, endMs: end * 1000 }),
    );
    return Array.from(points.timestamps, (t, i) => `${new Date(t).toISOString().slice(5, 13)}=${points.values[i]}`);
  };
  /** What a scan hands over: points up to its end. */
  const scanned = (all: Series, text: string, start: number, end: number): Series => {
    const { scanStart, scanEnd } = groupSpec({ downsample: text, startMs: start * 1000, endMs: end * 1000 });
    const points = Array.from(all.timestamps).filter((t) => t >= scanStart * 1000 && t < scanEnd * 1000);
    return seriesOf(points.map((t) => [t, '1'] as const));
  };
  const march9 = Date.UTC(2013, 2, 9, 7) / 1000;
  test.each([
    ['1dc-sum', 'America/Denver', B, B + 2 * day, ['01-01T07=24', '01-02T07=24']],
    ['1dc-sum', 'America/Denver', march9, march9 + 4 * day - 3601, ['03-09T07=24', '03-10T07=23', '03-11T06=24', '03-12T06=24']],
    ['1wc-sum', 'UTC', B, B + 21 * day, ['01-06T00=168', '01-13T00=168', '01-20T00=96']],
    ['1w-sum', 'UTC', B, B + 21 * day, ['01-03T00=168', '01-10T00=168', '01-17T00=168']],
    ['1nc-sum', 'UTC', B, B + 32 * day, ['01-01T00=744', '02-01T00=312']],
    ['1nc-sum', 'UTC', B, B + 68 * day, ['01-01T00=744', '02-01T00=672', '03-01T00=360']],
    ['1nc-sum-zero', 'UTC', B, B + 68 * day, ['01-01T00=744', '02-01T00=672']],
    ['1n-sum', 'UTC', B, B + 100 * day, ['01-15T00=720', '02-14T00=720', '03-16T00=720']],
  ])('%s in %s from %d to %d', (text, zone, start, end, expected) => {
    expect(ask(text, zone, start, end)).toEqual(expected);
  });
  test('two weeks from the data, or from the window', () => {
    const odd = seriesOf([
      [B + 19 * day, '5'],
      [B + 20 * day, '5'],
    ]);
    const spec = { ...groupSpec({ downsample: '2wc-sum', ...window(0, 30 * day) }) };
    expect(shown(evaluateGroup([odd], spec))).toBe(`${19 * day}:10.0`);
    expect(shown(evaluateGroup([odd], { ...spec, downsample: parseDownsample('2wc-sum-zero') }))).toMatch(/^[0-9]+:0\.0( [0-9]+:0\.0)*$/);
  });
  test.each([
    ['5minc-sum', 'For input string: "5mi"'],
    ['1.5hc-sum', 'For input string: "1.5"'],
    ['3000000000sc-sum-zero', 'For input string: "3000000000"'],
  ])('%s fails when it is used', (text, message) => {
    expect(() => run([series('0:1')], text)).toThrow(new Error(message));
  });

  const golden = JSON.parse(fs.readFileSync(path.join(__dirname, 'golden', 'calendar.json'), 'utf8')) as [number, string, string, number][];
  test("bucket starts are the original's, in zones of all kinds", () => {
    const ours = golden.map(([ms, interval, zone]) => [ms, interval, zone, new CalendarBuckets(interval, zone).start(ms)]);
    expect(ours).toEqual(golden);
    expect(golden.length).toBeGreaterThan(900);
  });
});
