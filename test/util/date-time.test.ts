import fs from 'node:fs';
import path from 'node:path';
import { parseDateTimeString, parseDuration } from '../../src/util/date-time';
import { IllegalArgumentError } from '../../src/util/errors';
import { isJavaTimeZone } from '../../src/util/java-time-zones';
import { TimeZone } from '../../src/util/time-zone';

const NOW = 1_700_000_000_123;
const at = (text: string | null, zone: string | null = 'UTC'): number => parseDateTimeString(text, zone, NOW);

/** The message of what must be an IllegalArgumentError. */
function failure(run: () => unknown): string {
  try {
    run();
  } catch (e) {
    expect(e).toBeInstanceOf(IllegalArgumentError);
    return (e as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe('times', () => {
  test.each([
    ['', -1],
    [null, -1],
    ['5ms', 5],
    ['1356998400500ms', 1356998400500],
    ['now', NOW],
    ['NOW', NOW],
    ['1h-ago', NOW - 3_600_000],
    ['1h-AGO', NOW - 3_600_000],
    ['10minutes-ago', NOW - 10_000],
    ['1xyzd-ago', NOW - 86_400_000],
    ['1y-ago', NOW - 365 * 86_400_000],
    ['500ms-ago', NOW - 500],
    ['5MS-ago', NOW - 5000],
    ['1356998400', 1356998400000],
    ['1356998400123', 1356998400123],
    ['+1356998400', 1356998400],
    ['0', 0],
    ['1356998400.5', 13569984005],
    ['1356998400.123', 1356998400123],
    ['2013/01/01', 1356998400000],
    ['2013/01/01-00:00', 1356998400000],
    ['2013/01/01 01:02', 1357002120000],
    ['2013/01/01-01:02:03', 1357002123000],
    ['2013/01/01 01:02:03', 1357002123000],
    ['2013/13/45', Date.UTC(2014, 1, 14)],
    ['2013/-1/01', 1351728000000],
    ['2013/01/01-25:61:61', 1357092121000],
    ['2013/01/01--1:61:61', 1356998521000],
    ['2013/01/01- 1: 1: 1', 1357002061000],
    ['2013/01/01-01:02:0x', 1357002120000],
    ['99999/01/1', 3093496444800000],
  ])('%s', (text, expected) => {
    expect(at(text)).toBe(expected);
  });

  test.each([
    ['ms', "Invalid time: ms. Invalid character 'm' in ms"],
    ['99999999999999999999ms', 'Value too long: 99999999999999999999'],
    ['-ago', 'Cannot parse null or empty duration'],
    ['5-ago', 'Invalid duration, must have an integer and unit: 5'],
    ['d-ago', 'Invalid duration (number): d'],
    ['0d-ago', 'Zero or negative duration: 0d'],
    ['1q-ago', 'Invalid duration (suffix): 1q'],
    ['2013/1/1', 'Invalid absolute date: 2013/1/1'],
    ['1:2', 'Invalid absolute date: 1:2'],
    ['20130101:0', 'Invalid date: 20130101:0. Unparseable date: "20130101:0"'],
    ['2013/aa/01', 'Invalid date: 2013/aa/01. Unparseable date: "2013/aa/01"'],
    ['2013/+1/01', 'Invalid date: 2013/+1/01. Unparseable date: "2013/+1/01"'],
    ['2013/01/01x00:00', 'Invalid date: 2013/01/01x00:00. Unparseable date: "2013/01/01x00:00"'],
    ['2013/01/01-01:02:x ', 'Invalid date: 2013/01/01-01:02:x . Unparseable date: "2013/01/01-01:02:x "'],
    ['2013-01-01', "Invalid time: 2013-01-01. Invalid character '-' in 2013-01-01"],
    [
      '1356998400.5555',
      'Invalid time: 1356998400.5555. Millisecond timestamps must be in the format <seconds>.<ms> where the milliseconds are limited to 3 digits',
    ],
    [
      '1.5',
      'Invalid time: 1.5. Millisecond timestamps must be in the format <seconds>.<ms> where the milliseconds are limited to 3 digits',
    ],
    ['-5', 'Invalid time: -5. Negative timestamps are not supported.'],
    ['-', 'Invalid time: -. Just a sign, no value: -'],
    ['1h', "Invalid time: 1h. Invalid character 'h' in 1h"],
    ['12345678901234567890', 'Invalid time: 12345678901234567890. Value too long: 12345678901234567890'],
    ['9223372036854775808', 'Invalid time: 9223372036854775808. Overflow in 9223372036854775808'],
    [' 1356998400', "Invalid time:  1356998400. Invalid character ' ' in  1356998400"],
  ])('%s is refused', (text, message) => {
    expect(failure(() => at(text))).toBe(message);
  });
});

describe('durations', () => {
  test.each([
    ['10ms', 10],
    ['10Ms', 10_000],
    ['5s', 5000],
    ['1m', 60_000],
    ['1M', 60_000],
    ['1h', 3_600_000],
    ['2w', 1_209_600_000],
    ['1n', 2_592_000_000],
    ['1y', 31_536_000_000],
    ['5min', 12_960_000_000],
    ['2days', 2000],
    ['1.5h', 3_600_000],
    ['3000000000s', 3_000_000_000_000],
  ])('%s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
  test.each([
    ['99999999999999999999d', 'Invalid duration (number): 99999999999999999999d'],
    ['9999999999999999d', 'Duration must be < Long.MAX_VALUE ms: 9999999999999999d'],
    ['-5m', 'Invalid duration (number): -5m'],
    ['1hC', 'Invalid duration (suffix): 1hC'],
  ])('%s is refused', (text, message) => {
    expect(() => parseDuration(text)).toThrow(new Error(message));
  });
});

describe('time zones', () => {
  const golden = JSON.parse(fs.readFileSync(path.join(__dirname, 'golden', 'local-times.json'), 'utf8')) as [string, string, number][];
  test("local times are the original's, skipped and repeated ones too", () => {
    expect(golden.map(([text, zone]) => [text, zone, at(text, zone)])).toEqual(golden);
    expect(golden.length).toBeGreaterThan(800);
  });
  test.each([
    ['2013/01/01', 'America/New_York', 1357016400000],
    ['2013/01/01', 'EST', 1357016400000],
    ['2013/03/10-02:30', 'America/New_York', 1362900600000],
    ['2013/11/03-01:30', 'America/New_York', 1383460200000],
  ])('%s in %s', (text, zone, expected) => {
    expect(at(text, zone)).toBe(expected);
  });
  test.each(['GMT+5', 'utc', 'america/new_york', '+05:00', 'Nowhere/Land'])('%s is unknown', (zone) => {
    expect(isJavaTimeZone(zone)).toBe(false);
    expect(() => at('2013/01/01', zone)).toThrow(new Error(`Invalid timezone name: ${zone}`));
    expect(at('1356998400', zone)).toBe(1356998400000);
  });
  test.each(['UTC', 'EST', 'PST', 'Etc/GMT+5', 'America/Argentina/Buenos_Aires', 'SystemV/PST8PDT'])('%s is known', (zone) => {
    expect(isJavaTimeZone(zone)).toBe(true);
    expect(TimeZone.of(zone).offset(0)).toEqual(expect.any(Number));
  });
  test('without one the process decides', () => {
    expect(at('2013/01/01', null)).toBe(new Date(2013, 0, 1).getTime());
    expect(at('2013/01/01', '')).toBe(new Date(2013, 0, 1).getTime());
  });
});
