import { hashMapOrder, javaStringHash } from '../../src/util/java-hash-order';

test.each([
  ['', 0],
  ['a', 97],
  ['host', 3208616],
  ['polygenelubricants', -2147483648],
])('hash of %j', (text, hash) => {
  expect(javaStringHash(text)).toBe(hash);
});

test('the order of aggregators that a Java TSD lists', () => {
  const listed =
    'mult p90 zimsum mimmax sum p50 none p95 ep99r7 pfsum p75 p99 ep99r3 ep95r7 min avg ep75r7 dev ep95r3 ep75r3 ep50r7 ep90r7 mimmin ' +
    'p999 ep50r3 ep90r3 ep999r7 last max count diff median squareSum ep999r3 first';
  const registered =
    'sum min max avg none median mult dev diff count zimsum mimmin mimmax first last squareSum pfsum p999 p99 p95 p90 p75 p50 ep999r3 ep99r3 ' +
    'ep95r3 ep90r3 ep75r3 ep50r3 ep999r7 ep99r7 ep95r7 ep90r7 ep75r7 ep50r7';
  expect(hashMapOrder(registered.split(' '), 8).join(' ')).toBe(listed);
});

test('a smaller map has another order; equal keys are one', () => {
  expect(hashMapOrder(['host', 'endpoint', 'host'])).toEqual(['endpoint', 'host']);
  expect(hashMapOrder(['host', 'endpoint'], 1)).toEqual(['host', 'endpoint']);
  expect(hashMapOrder(['endpoint', 'host'], 1)).toEqual(['host', 'endpoint']);
  // In one bucket, in the order in which they came.
  expect(hashMapOrder(['Aa', 'BB'])).toEqual(['Aa', 'BB']);
  expect(hashMapOrder(['BB', 'Aa'])).toEqual(['BB', 'Aa']);
});
