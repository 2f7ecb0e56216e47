import { foldedCase, sortedIgnoringCase } from '../../src/util/ignore-case';
import { TimeSlice } from '../../src/util/time-slice';

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

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
  expect(compare(foldedCase(a), foldedCase(b))).toBe(sign);
});

const sorted = (texts: readonly string[]): Promise<string[]> => sortedIgnoringCase(texts, (text) => text, new TimeSlice());

test('of texts that differ only in their case the first one stays', async () => {
  expect(await sorted(['b', 'Web', 'a', 'web', 'B'])).toEqual(['a', 'b', 'Web']);
});

test('of very many, too', async () => {
  const texts = Array.from({ length: 20_000 }, (_, i) => `${i % 2 === 0 ? 'Web' : 'web'}${20_000 - (i >> 1)}`);
  const first = texts.filter((text) => text.startsWith('Web'));
  expect(await sorted(texts)).toEqual(first.sort((a, b) => compare(a, b)));
});
