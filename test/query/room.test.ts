import { uidToHex } from '../../src/schema';
import { parseUriQuery, type QueryAnswer, type QueryClient, type QueryResult } from '../../src/query';
import { expOutputs, parseExpRequest, planExp, validateExp } from '../../src/query/expression/exp';
import { gexpResults, parseExpressions, placeSubQueries, planCalls } from '../../src/query/expression/gexp';
import { computed } from '../../src/server/http/query/computed';
import { turns, until } from '../support/until';
import { TestEngine } from './support/engine';

const HOUR = 1_700_000_000 - (1_700_000_000 % 3600);
const CLIENT: QueryClient = { remote: '/127.0.0.1:1', headers: new Map() };
const MEMORY = 40_000;
const forever = (): AbortSignal => new AbortController().signal;

let tsd: TestEngine;
const open = async (settings: Record<string, string> = {}): Promise<void> => {
  tsd = await TestEngine.open({ 'tsd.query.memory.bytes': String(MEMORY), 'tsd.http.query.allow_delete': 'true', ...settings });
};
afterEach(() => tsd.close());

/** A query of another client that holds so many bytes beside its own, until it is finished. */
async function other(bytes: number): Promise<QueryAnswer> {
  await tsd.put(`other ${HOUR} 1 host=o`);
  const query = tsd.parse(`start=${HOUR}&end=${HOUR + 1}&m=sum:other`);
  const found = await tsd.engine.execute(tsd.engine.validate(query), { client: { ...CLIENT, remote: '/127.0.0.2:1' }, query }, forever());
  // As if it was being written: it does not keep others from beginning.
  await found.compute(async () => found.hold(bytes / 16));
  return found;
}

/** Leave no room for a query; leaves room for one that is read, and none for what is computed from it. */
const ALL_OF_IT = 36_000;
const SOME_LEFT = 25_000;

/** Begins work that waits until a query beside it has ended. @returns what it came to */
async function afterWaiting<T>(holding: QueryAnswer, work: () => Promise<T>): Promise<T> {
  let ended = false;
  const working = work().finally(() => (ended = true));
  await turns(200);
  expect(ended).toBe(false);
  holding.finish(200, null, true);
  return working;
}

const POINTS = 700;
const putMany = (): Promise<void> => tsd.put(...Array.from({ length: POINTS }, (_, i) => `m ${HOUR + i} 1 host=a`));
const ALL = `start=${HOUR}&end=${HOUR + 3599}&m=sum:m`;
const counts = (output: readonly { dps: object }[]): number[] => output.map(({ dps }) => Object.keys(dps).length);

/** A request of `/api/query/exp` about all that `putMany` puts. */
function arithmetic() {
  const { settings } = tsd.engine;
  const body = {
    time: { start: `${HOUR}`, end: `${HOUR + 3599}`, aggregator: 'sum' },
    metrics: [{ id: 'a', metric: 'm' }],
    expressions: [{ id: 'e', expr: 'a * 2' }],
  };
  const valid = validateExp(parseExpRequest(JSON.stringify(body)), settings.expressions, settings.timeZone, Date.now());
  const plan = planExp(valid);
  return { valid, plan, query: { ...tsd.engine.validate(plan.query), wholeScan: true } };
}

/** What a request of `/api/query/gexp` gives. */
async function functions(texts: readonly string[]): Promise<QueryResult[]> {
  const parsed = parseExpressions(texts, tsd.engine.settings.expressions);
  const uri = new Map([
    ['start', String(HOUR)],
    ['end', String(HOUR + 3599)],
  ]);
  const params = { has: (n: string) => uri.has(n), last: (n: string) => uri.get(n) ?? null, all: () => [] };
  const query = parseUriQuery(params, () => [...parsed.subQueries.values()]);
  const places = placeSubQueries(parsed, query);
  const valid = { ...tsd.engine.validate(query), wholeScan: true };
  const found = await tsd.engine.execute(valid, { client: CLIENT, query }, forever());
  try {
    return await computed(found, () => gexpResults(found, () => planCalls(parsed, places), valid));
  } finally {
    found.finish(200, null, true);
  }
}

test('each series that comes out of an expression takes room, however few points it has', async () => {
  await open();
  await tsd.put(...Array.from({ length: 10 }, (_, i) => `m ${HOUR} 1 host=h${i}`));
  const ask = (times: number): Promise<QueryResult[]> => functions(Array.from({ length: times }, () => 'scale(sum:m{host=*},2)'));
  expect(await ask(1)).toHaveLength(10);
  await expect(ask(10)).rejects.toMatchObject({ status: 413 });
});

describe('what has no room beside others is answered when they have ended', () => {
  test('a query', async () => {
    await open();
    await putMany();
    expect(counts(await afterWaiting(await other(ALL_OF_IT), () => tsd.ask(ALL)))).toEqual([POINTS]);
  });

  test('a query that deletes: it has deleted nothing before it begins anew, and everything when it has ended', async () => {
    await open();
    await putMany();
    const deleting = { start: HOUR, end: HOUR + 3599, queries: [{ aggregator: 'sum', metric: 'm' }], delete: true };
    expect(counts(await afterWaiting(await other(ALL_OF_IT), () => tsd.ask(deleting)))).toEqual([POINTS]);
    expect(await tsd.ask(ALL)).toEqual([]);
  });

  test('what is held of the answer, once it is read', async () => {
    await open();
    await tsd.put(...Array.from({ length: 5 }, (_, i) => `m ${HOUR + i} ${i} host=h${i}`));
    const query = tsd.parse(`start=${HOUR}&end=${HOUR + 9}&m=sum:m{host=*}`);
    const holding = await other(SOME_LEFT);
    const found = await tsd.engine.execute(tsd.engine.validate(query), { client: CLIENT, query }, forever());
    let steps = 0;
    const hosts = await afterWaiting(holding, () =>
      found.compute(async () => {
        steps++;
        const hosts: string[] = [];
        for await (const { tags } of found.results()) hosts.push(tags.get('host') ?? '');
        found.hold(MEMORY / 32);
        return hosts;
      }),
    );
    expect([steps > 1, hosts]).toEqual([true, ['h0', 'h1', 'h2', 'h3', 'h4']]);
    found.finish(200, null, true);
  });

  test('arithmetic', async () => {
    await open();
    await putMany();
    const { valid, plan, query } = arithmetic();
    const holding = await other(SOME_LEFT);
    const found = await tsd.engine.execute(query, { client: CLIENT, query: plan.query }, forever());
    const outputs = await afterWaiting(holding, () => found.compute(() => expOutputs(found, valid, plan)));
    let rows = 0;
    while (outputs[0].rows.next() !== Infinity) rows++;
    expect(rows).toBe(POINTS);
    found.finish(200, null, true);
  });

  test('functions', async () => {
    await open();
    await putMany();
    const holding = await other(SOME_LEFT);
    const results = await afterWaiting(holding, () => functions(['scale(sum:m,2)']));
    expect(results.map(({ points }) => [points.size, points.values[0]])).toEqual([[POINTS, 2]]);
  });

  test('last points', async () => {
    await open({ 'tsd.query.last.back_scan': '1' });
    jest.spyOn(Date, 'now').mockReturnValue((HOUR + 1800) * 1000);
    await tsd.put(...Array.from({ length: 60 }, (_, i) => `m ${HOUR} ${i} host=h${i}`));
    const queries = [{ metric: 'm', tags: new Map<string, string>(), tsuids: null }];
    const last = (): ReturnType<typeof tsd.engine.last> =>
      tsd.engine.last({ queries, resolveNames: false, backScan: 0 }, CLIENT, forever());
    const found = await afterWaiting(await other(ALL_OF_IT), last);
    expect(found.points).toHaveLength(60);
    found.finish(200, null, true);
    jest.restoreAllMocks();
  });
});

describe('a lookup that tells each series once', () => {
  const SERIES = 900;
  const lookup = (told: string[], hold: (batches: number) => Promise<void> = async () => {}): Promise<string[]> =>
    (async () => {
      const asked = { query: null, metric: 'm', tags: null, limit: 0, startIndex: 0, useMeta: false };
      const found = tsd.engine.lookup(asked, CLIENT, forever());
      let batches = 0;
      for await (const batch of found.series()) {
        told.push(...batch.map(({ tsuid }) => uidToHex(tsuid)));
        await hold(++batches);
      }
      found.finish(200, null, true);
      return told;
    })();

  test('goes on behind those that it has told', async () => {
    await open({ 'tsd.search.lookup.distinct': 'true', 'tsd.query.memory.bytes': String(5 * MEMORY) });
    const lines = (hour: number): string[] =>
      Array.from({ length: SERIES }, (_, i) => `m ${HOUR + hour * 3600} 1 host=h${i % 30} dc=d${Math.floor(i / 30)}`);
    await tsd.put(...lines(0), ...lines(1));
    const told: string[] = [];
    let holding: QueryAnswer | null = null;
    const looking = lookup(told, async (batches) => {
      if (batches === 1) holding = await other(4.75 * MEMORY);
    });
    await until(() => holding !== null);
    await turns(200);
    const before = told.length;
    expect([before > 0, before < SERIES]).toEqual([true, true]);
    (holding as QueryAnswer | null)?.finish(200, null, true);
    await looking;
    expect(told).toHaveLength(SERIES);
    expect(new Set(told).size).toBe(SERIES);
  });
});

test('what arithmetic is computed from is let go of before its answer is written', async () => {
  await open();
  await putMany();
  const { valid, plan, query } = arithmetic();
  const found = await tsd.engine.execute(query, { client: CLIENT, query: plan.query }, forever());
  await found.compute(() => expOutputs(found, valid, plan));
  // With what was read there would not be as much room.
  const beside = await other(MEMORY / 2);
  for (const answer of [beside, found]) answer.finish(200, null, true);
});
