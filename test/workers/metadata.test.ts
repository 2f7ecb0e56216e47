import { ask, json } from '../server/support/client';
import { until } from '../support/until';
import { onEach, WORKERS, WorkersDaemon } from './support/workers';

const SERIES = 12;
const BASE = 1_700_000_000;

let tsd: WorkersDaemon;
beforeAll(async () => {
  tsd = await WorkersDaemon.start({
    'tsd.core.meta.enable_tsuid_tracking': 'true',
    'tsd.core.meta.enable_tsuid_incrementing': 'true',
    'tsd.core.meta.enable_realtime_ts': 'true',
    'tsd.core.meta.enable_realtime_uid': 'true',
    'tsd.core.tree.enable_processing': 'true',
    'tsd.search.enable': 'true',
    'tsd.search.index.path': 'index',
  });
});
afterAll(() => tsd.remove());

interface TsMeta {
  tsuid: string;
  totalDatapoints: string;
}

const metas = async (): Promise<TsMeta[]> =>
  (json(await ask(tsd.port, '/api/search/tsmeta?query=counted.m&limit=100')) as { results: TsMeta[] }).results;

it('new trees are known to all workers', async () => {
  const body = (value: object): { body: string } => ({ body: JSON.stringify(value) });
  // Each has looked for trees by now, and found none.
  await onEach((i) => tsd.put([{ metric: 'before.trees', timestamp: BASE + i, value: 1, tags: { worker: `w${i}` } }]));
  await tsd.count('before.trees');
  expect((await ask(tsd.port, '/api/tree', body({ name: 'hosts', enabled: true }))).status).toBe(200);
  const rule = (level: number, type: string, field: string): object => ({ treeId: 1, level, order: 0, type, field });
  expect((await ask(tsd.port, '/api/tree/rule', body(rule(0, 'TAGK', 'host')))).status).toBe(200);
  expect((await ask(tsd.port, '/api/tree/rule', body(rule(1, 'METRIC', '')))).status).toBe(200);
});

it('a series that all workers meet at once is counted whole, and created once', async () => {
  const points = (round: number) =>
    Array.from({ length: SERIES }, (_, series) => ({
      metric: 'counted.m',
      timestamp: BASE + round,
      value: round,
      tags: { host: `h${series}` },
    }));
  const rounds = 4 * WORKERS;
  await Promise.all(Array.from({ length: rounds }, (_, round) => tsd.put(points(round))));
  await until(async () => {
    const all = await metas();
    return all.length === SERIES && all.every(({ totalDatapoints }) => Number(totalDatapoints) === rounds);
  });
  for (const all of await onEach(metas))
    expect(all.map(({ totalDatapoints }) => Number(totalDatapoints))).toEqual(Array(SERIES).fill(rounds));
});

it('new series stand in the tree, whichever worker met them first', async () => {
  const branches = async (): Promise<number> => {
    const { text } = await ask(tsd.port, '/api/tree/branch?treeid=1');
    return ((JSON.parse(text) as { branches: unknown[] | null }).branches ?? []).length;
  };
  await until(async () => (await branches()) === SERIES);
});

it('what any worker has changed is found through each', async () => {
  const found = async (): Promise<number> =>
    (json(await ask(tsd.port, '/api/search/tsuids?query=counted.m')) as { totalResults: number }).totalResults;
  await until(async () => (await onEach(found)).every((count) => count === SERIES));
  await tsd.kill(1, 'SIGTERM'); // in order: what it had to count is counted
  await onEach((i) => tsd.put([{ metric: 'counted.m', timestamp: BASE, value: 1, tags: { host: `late${i}` } }]));
  await until(async () => (await onEach(found)).every((count) => count === SERIES + WORKERS));
});

it('counts what is left when it ends', async () => {
  await onEach((i) => tsd.put([{ metric: 'counted.m', timestamp: BASE + 100 + i, value: 1, tags: { host: 'h0' } }]));
  expect(await tsd.stop()).toBe(143);
  await tsd.again('--worker-threads=1');
  const all = await metas();
  expect(all.map(({ totalDatapoints }) => Number(totalDatapoints)).sort((a, b) => b - a)).toEqual([
    4 * WORKERS + 3,
    ...Array<number>(SERIES - 1).fill(4 * WORKERS),
    ...Array<number>(WORKERS).fill(1),
  ]);
});
