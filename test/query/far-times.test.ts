import { TestEngine, type Output } from './support/engine';

/** A time whose row has a key of 4,300,000 seconds: keys hold 32 bits. */
const FAR = 2 ** 32 + 4_300_000;

let tsd: TestEngine;
beforeAll(async () => {
  tsd = await TestEngine.open();
  await tsd.put(`m ${FAR * 1000} 7 host=a`, `m ${FAR * 1000} 7 host=b`, `m ${(FAR + 4) * 1000} 7 host=b`);
});
afterAll(() => tsd.close());

const names = ({ metric, tags, aggregateTags, tsuids, dps }: Output): unknown => [metric, tags, aggregateTags, tsuids?.length, dps];
const BOTH = ['m', {}, ['host'], 2, {}];
const A = ['m', { host: 'a' }, [], 1, {}];
const B = ['m', { host: 'b' }, [], 1, {}];

// Answers of 2.4.1, which takes seconds from 2^32 on for milliseconds where it chooses the series of a group.
test.each<[m: string, expected: unknown[]]>([
  ['sum:m', [BOTH]],
  ['sum:m{host=*}', [A, B]],
  ['none:m', [A, B]],
  ['sum:rate:m', [BOTH]],
  ['sum:1h-sum:m{host=*}', [A, B]],
  ['sum:1d-sum-zero:m{host=a}', [A]],
  ['sum:1h-sum-nan:rate:m', [BOTH]],
  ['sum:0all-sum:m', [BOTH]],
])('series of rows beyond 2^32 seconds are named, without points: %s', async (m, expected) => {
  expect((await tsd.ask(`start=4296000000&end=4303000000&show_tsuids&m=${m}`)).map(names)).toEqual(expected);
});

test('but only in windows that are long enough', async () => {
  expect((await tsd.ask(`start=4299267000&end=4299268000&show_tsuids&m=sum:m`)).map(names)).toEqual([['', {}, [], 0, {}]]);
});
