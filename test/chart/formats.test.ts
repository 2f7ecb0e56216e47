import { parseNumberFormat, parseTimeFormat } from '../../src/chart';
import { plainNumberFormat } from '../../src/chart/format';

it.each([
  ['%g', 1234567, '1.23457e+06'],
  ['%g', 0.0001, '0.0001'],
  ['%g', 100000, '100000'],
  ['%.3g', 1234, '1.23e+03'],
  ['%G', 1e-10, '1E-10'],
  ['%f', 1.5, '1.500000'],
  ['%.2f', -1.005, '-1.00'],
  ['%.0f%%', 42.4, '42%'],
  ['%d', 41.7, '42'],
  ['%6.1f', 3.14159, '   3.1'],
  ['%-6.1f|', 3.14159, null],
  ['%06.1f', -3.14159, '-003.1'],
  ['%+.1f', 2, '+2.0'],
  ['%e', 12345.678, '1.234568e+04'],
  ['%.1E', 12345.678, '1.2E+04'],
  ['%x', 255, 'ff'],
  ['%X', 255, 'FF'],
  ['%o', 8, '10'],
  ['%.1s%cB', 1500000, '1.5MB'],
  ['%.1s %c', 0.002, '2.0 m'],
  ['%.0s%c', 0, '0'],
  ['%.1s%c', -4200, '-4.2k'],
  ['%s', 1000, '1.000000'],
  ['%S', 1500000, '6'],
  ['%.1b %BB', 2 ** 21, '2.0 MiB'],
  ['%.1t x 10', 4200, '4.2 x 10'],
  ['%T', 4200, '3'],
  ['%h', 1e9, '1x10^9'],
  ['%.1P pi', Math.PI * 2, '2 pi'],
  ['%.0f', 1e22, '10000000000000000000000'],
  ['%.1f ms', 7, '7.0 ms'],
])('%s of %d', (format, value, text) => {
  const print = parseNumberFormat(format);
  expect(print === null ? null : print(value)).toBe(text);
});

it.each([
  '',
  'plain',
  '%',
  '%q',
  '%n',
  '%*d',
  '%1000f',
  '%.100f',
  '%5%',
  '%f"',
  '%f;',
  '%f\n',
  "%f'",
  '%f<b>',
  '%f`',
  '%f$x',
  '%f{x}',
  `%f${'x'.repeat(70)}`,
  '%Hx%M'.slice(0, 0),
])('%j is no format of numbers', (format) => {
  expect(parseNumberFormat(format)).toBeNull();
});

const at = Date.UTC(2023, 0, 1, 9, 5, 7, 89);
it.each([
  ['%Y-%m-%d %H:%M:%S', '2023-01-01 09:05:07'],
  ['%F %T', '2023-01-01 09:05:07'],
  ['%a %A %b %B', 'Sun Sunday Jan January'],
  ['%d/%e/%y', '01/ 1/23'],
  ['%I:%M %p', '09:05 AM'],
  ['%l %k', ' 9  9'],
  ['%j %q %u %w', '001 1 7 0'],
  ['%U %W %V', '01 00 52'],
  ['%R %r', '09:05 09:05:07 AM'],
  ['%D %x %X', '01/01/23 01/01/23 09:05:07'],
  ['%c', 'Sun Jan  1 09:05:07 2023'],
  ['%.3S %.1S', '07.089 07.0'],
  ['%s', '1672563907'],
  ['%z', '+0000'],
])('%s', (format, text) => {
  expect(parseTimeFormat(format)?.(at, 0)).toBe(text);
});

it('prints times by the clocks of a zone', () => {
  expect(parseTimeFormat('%a %H:%M %z')?.(at, -5.5 * 3_600_000)).toBe('Sun 03:35 -0530');
  expect(parseTimeFormat('%d %H %s')?.(at, 20 * 3_600_000)).toBe('02 05 1672563907');
});

it.each(['%f', '%5H', '%-d', '%.7S', '%.2M', 'x', '%H\n', '%H;', '%E'])('%j is no format of times', (format) => {
  expect(parseTimeFormat(format)).toBeNull();
});

it.each([
  [2, 10, ['0', '2', '10'], [0, 2, 10]],
  [0.05, 1, ['0', '0.05', '-0.50'], [0, 0.05, -0.5]],
  [1e9, 2e10, ['1.0e10', '1.5e10'], [1e10, 1.5e10]],
  [1e-6, 1e-5, ['1.0e-5'], [1e-5]],
])('labels in steps of %d up to %d have the digits that tell them apart', (step, largest, texts, values) => {
  expect(values.map(plainNumberFormat(step, largest))).toEqual(texts);
});
