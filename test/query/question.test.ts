import { shortQuestion } from '../../src/query/engine/question';

const LONG = 'x'.repeat(1_000_000);

test('short questions are kept as they are', () => {
  const last = {
    kind: 'last',
    query: { queries: [{ metric: 'm', tags: new Map([['k', 'v']]), tsuids: null }, null], resolveNames: true, backScan: 1 },
  } as const;
  const lookup = {
    kind: 'lookup',
    query: { metric: 'm', tags: [{ key: 'k', value: null }, null], useMeta: true, limit: 1, startIndex: 0, query: null },
  } as const;
  expect(shortQuestion(last).query).toBe(last.query);
  expect(shortQuestion(lookup).query).toBe(lookup.query);
});

test.each([
  { metric: LONG, tags: null, tsuids: null },
  { metric: 'm', tags: new Map(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, 'v'])), tsuids: null },
  { metric: 'm', tags: new Map([[LONG, LONG]]), tsuids: null },
  { metric: null, tags: null, tsuids: Array.from({ length: 20_000 }, () => '000001000001000001') },
])('of a long question for last points a part is kept', (sub) => {
  const question = { kind: 'last', query: { queries: [null, sub], resolveNames: true, backScan: 7 } } as const;
  const short = shortQuestion(question).query as typeof question.query;
  expect(short).toMatchObject({ resolveNames: true, backScan: 7 });
  expect(sizeOf(short)).toBeLessThan(2000);
  expect(short.queries[0]).toBeNull();
});

test.each([
  { metric: LONG, tags: null, query: null },
  { metric: 'm', tags: null, query: LONG },
  { metric: 'm', tags: Array.from({ length: 20_000 }, () => ({ key: 'k', value: 'v' })), query: null },
  { metric: 'm', tags: [null, { key: LONG, value: LONG }], query: null },
])('of a long lookup a part is kept', (fields) => {
  const short = shortQuestion({ kind: 'lookup', query: { ...fields, useMeta: true, limit: 3, startIndex: 4 } }).query;
  expect(short).toMatchObject({ useMeta: true, limit: 3, startIndex: 4 });
  expect(sizeOf(short)).toBeLessThan(2000);
});

function sizeOf(query: object): number {
  return JSON.stringify(query, (_key, value: unknown) => (value instanceof Map ? [...(value as Map<string, string>)] : value)).length;
}
