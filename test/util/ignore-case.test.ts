import { compareIgnoringCase, sortedIgnoringCase } from '../../src/util/ignore-case';

test.each([
  ['web01', 'Web01', 0],
  ['web01', 'web02', -1],
  ['b', 'A', 1],
  ['web', 'web01', -1],
  ['_', 'a', -1],
  ['ß', 'SS', 1],
  ['\u0131', 'i', 0],
  ['É', 'é', 0],
])('%j compared with %j', (a, b, sign) => {
  expect(Math.sign(compareIgnoringCase(a, b))).toBe(sign);
  expect(Math.sign(compareIgnoringCase(b, a))).toBe(-sign || 0);
});

test('of texts that differ only in their case the first one stays', () => {
  expect(sortedIgnoringCase(['b', 'Web', 'a', 'web', 'B'], (text) => text)).toEqual(['a', 'b', 'Web']);
});
