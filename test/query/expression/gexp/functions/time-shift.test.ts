import { apply, group } from './support';

const s1 = group('0:1');

test.each([
  [undefined, 'Need amount of timeshift to perform timeshift'],
  ["'1min'", "unknown time unit=min'"],
  ["'5.5min'", "unknown time unit=.5min'"],
  ['1min', "Invalid timeshift parameter: eg '10min'"],
  ["'1m", "Invalid timeshift parameter: eg '10min'"],
  ["'x'", "Invalid Parameter: 'x'"],
  ["'", "Invalid Parameter: '"],
])('never works: %p', (text, message) => {
  for (const name of ['shift', 'timeShift']) expect(() => apply(name, [[s1]], text === undefined ? [] : [text])).toThrow(message);
});
