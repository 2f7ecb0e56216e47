import { isDate, parseDate, parseDuration, printDate, resolveTime, showTime } from '../../web/src/lib/times';

const NOW = Date.UTC(2026, 5, 15, 12);

it.each([
  ['10m', 600_000],
  ['500ms', 500],
  ['1n', 30 * 86_400_000],
  ['1y', 365 * 86_400_000],
  ['m', null],
  ['1.5h', null],
  ['1x', null],
])('a duration of %s is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

it.each([
  ['', '', NOW],
  ['now', '', NOW],
  ['NOW', '', NOW],
  ['1h-ago', '', NOW - 3_600_000],
  ['2D-AGO', '', NOW - 2 * 86_400_000],
  ['1356998400', '', 1_356_998_400_000],
  ['1356998400500', '', 1_356_998_400_500],
  ['1356998400.500', '', 1_356_998_400_500],
  ['1356998400500ms', '', 1_356_998_400_500],
  ['2013/01/01-00:00:00', 'UTC', 1_356_998_400_000],
  // the TSD reads it in its own zone, which the page does not know
  ['2013/01/01-00:00:00', '', null],
  ['1h', '', null],
  ['soon-ago', '', null],
])('%s in the zone %s', (text, zone, ms) => expect(resolveTime(text, NOW, zone)).toBe(ms));

describe('dates in a zone', () => {
  it.each([
    ['2013/01/01', 'Europe/Berlin', '2012-12-31T23:00:00Z'],
    ['2013/07/01-12:30', 'Europe/Berlin', '2013-07-01T10:30:00Z'],
    ['2013/07/01 12:30:15', 'America/New_York', '2013-07-01T16:30:15Z'],
    // an hour after the clocks went forward, and one before they went back
    ['2026/03/29-03:30:00', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    ['2026/10/25-03:30:00', 'Europe/Berlin', '2026-10-25T02:30:00Z'],
  ])('%s in %s is %s', (text, zone, utc) => {
    expect(parseDate(text, zone)).toBe(Date.parse(utc));
    const [day, clock = '00:00'] = text.split(/[- ]/);
    expect(printDate(Date.parse(utc), zone)).toBe(`${day}-${clock.length === 5 ? `${clock}:00` : clock}`);
  });

  it.each(['2013-01-01', '13/01/01', '2013/01/01-1', 'x', ''])('%s is none', (text) => {
    expect([isDate(text), parseDate(text, 'UTC')]).toEqual([false, null]);
  });
});

it('shows milliseconds where there are some, also before 1970', () => {
  expect(showTime(1_356_998_400_005, 'UTC')).toBe('2013-01-01 00:00:00.005');
  expect(showTime(-1, 'UTC')).toBe('1969-12-31 23:59:59.999');
});
