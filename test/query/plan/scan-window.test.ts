import fc from 'fast-check';
import { parseDownsample } from '../../../src/query/downsample/parse-downsample';
import { scanWindow } from '../../../src/query/plan';
import { fixedRowSpan } from '../../../src/query/source';

const B = 1356998400;
const HOUR = 3600;
const HOURS = fixedRowSpan(HOUR);
const at = (seconds: number): number => (B + seconds) * 1000;

test.each([
  ['the hour but for its last seconds', at(0), at(3598) + 999, null, 0, HOUR],
  ['the last second reads one more hour', at(0), at(3599), null, 0, 2 * HOUR],
  ['to the full hour', at(0), at(3600), null, 0, 2 * HOUR],
  ['half hours', at(0), at(3599) + 999, '30m-sum', 0, 2 * HOUR],
  ['hours', at(1800), at(9000), '1h-sum', 0, 3 * HOUR],
  ['two hours', at(1800), at(9000), '2h-sum', 0, 4 * HOUR],
  ['a mark in the hour before', at(1), at(3000), '7m-sum', -HOUR, HOUR],
  ['days', at(12 * HOUR), at(36 * HOUR), '1d-sum', 0, 48 * HOUR],
  ['all is as none', at(0), at(3600), '0all-sum', 0, 2 * HOUR],
])('%s', (_, startMs, endMs, spec, from, to) => {
  const window = scanWindow(startMs, endMs, spec === null ? null : parseDownsample(spec), HOURS);
  expect(window).toEqual({ scanStart: B + from, scanEnd: B + to });
});

test.each(['1n-sum', '1nc-sum'])('%s counts a month as thirty days', (spec) => {
  expect(scanWindow(at(0), (B + 59 * 86400) * 1000, parseDownsample(spec), HOURS)).toEqual({ scanStart: 1355616000, scanEnd: 1363392000 });
});

test('never starts before the epoch', () => {
  expect(scanWindow(1000, 2000, parseDownsample('7m-sum'), HOURS).scanStart).toBe(0);
});

test('covers the query window in whole hours', () => {
  const spec = fc.constantFrom(null, '1s-sum', '500ms-sum', '7m-sum', '90m-sum', '1d-sum', '5w-sum', '1n-sum');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 1e11 }), spec, (startMs, length, text) => {
      const { scanStart, scanEnd } = scanWindow(startMs, startMs + length, text === null ? null : parseDownsample(text), HOURS);
      expect(scanStart % HOUR).toBe(0);
      expect(scanEnd % HOUR).toBe(0);
      expect(scanStart * 1000).toBeLessThanOrEqual(startMs);
      expect(scanEnd * 1000).toBeGreaterThan(startMs + length);
    }),
  );
});
