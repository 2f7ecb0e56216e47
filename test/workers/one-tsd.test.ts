import { ask, Connection, json, telnet } from '../server/support/client';
import { onEach, WORKERS, WorkersDaemon } from './support/workers';
import { isAlive } from '../support/is-alive';
import { until } from '../support/until';

let tsd: WorkersDaemon;
beforeAll(async () => {
  tsd = await WorkersDaemon.start();
});
afterAll(() => tsd.remove());

const point = (metric: string, second: number, value: number) => ({
  metric,
  timestamp: 1_700_000_000 + second,
  value,
  tags: { host: 'a' },
});

it('has a process for each worker, and one that nothing goes through', () => {
  expect([...tsd.workers().keys()].sort()).toEqual([1, 2, 3]);
  expect(tsd.daemon.output.match(/Ready to serve on/g)).toHaveLength(1);
  expect(tsd.daemon.output).toContain('3 workers serve: ');
});

it('finds through each worker what came in through any', async () => {
  await onEach((i) => tsd.put([point('one.all', i, i)]));
  await onEach((i) => telnet(tsd.port, `put one.all ${1_700_000_100 + i} ${i} host=a\n`));
  await until(async () => Object.keys(await tsd.points('one.all')).length === 2 * WORKERS);
  const expected = { 1700000000: 0, 1700000001: 1, 1700000002: 2, 1700000100: 0, 1700000101: 1, 1700000102: 2 };
  expect(await onEach(() => tsd.points('one.all'))).toEqual(Array(WORKERS).fill(expected));
});

it('hands long connections to the workers in turn', async () => {
  const connections = await Promise.all(Array.from({ length: 2 * WORKERS }, () => Connection.open(tsd.port)));
  await Promise.all(
    connections.map(async (connection) => {
      connection.send('version\n');
      await connection.until(() => /Built on/.test(connection.received.toString()));
    }),
  );
  // A worker tells how many it has by what it counts itself: they are all there, and those of others are not counted twice.
  // Those of the tests before this one may still be about to close.
  await until(async () => (await tsd.figures()).get('tsd.connectionmgr.connections type=open') === 2 * WORKERS + 1);
  for (const connection of connections) connection.close();
});

it('adds up what the workers count', async () => {
  const before = await tsd.figures();
  await onEach((i) => tsd.put([point('one.sum', i, 1), point('one.sum', 100 + i, 1)]));
  const all = await onEach(() => tsd.figures());
  const key = 'tsd.datapoints.added type=all';
  for (const figures of all) expect((figures.get(key) ?? 0) - (before.get(key) ?? 0)).toBe(2 * WORKERS);
  const received = 'tsd.rpc.received type=http';
  expect((all[0].get(received) ?? 0) - (before.get(received) ?? 0)).toBe(WORKERS + 1);
  // What all of them see in the table is there once.
  expect(all[0].get('tsd.uid.ids-used kind=tagk')).toBe(1);
  expect(all[0].get('tsd.workers.running')).toBe(WORKERS);
});

it('says the same of itself through each worker', async () => {
  const runtimes = await onEach(async () => json(await ask(tsd.port, '/api/stats/jvm')) as { runtime: { startTime: number } });
  expect(new Set(runtimes.map(({ runtime }) => runtime.startTime)).size).toBe(1);
  expect(json(await ask(tsd.port, '/api/stats/threads'))).toHaveLength(WORKERS);
  expect(json(await ask(tsd.port, '/api/stats/region_clients'))).toEqual([]);
  const [first, ...others] = await onEach(async () => (await ask(tsd.port, '/api/config')).text);
  expect(others).toEqual([first, first]);
});

it('tells of the queries of all workers, with numbers of their own', async () => {
  await onEach(() => tsd.points('one.all'));
  const { completed } = json(await ask(tsd.port, '/api/stats/query')) as { completed: { query: { queries: { metric: string }[] } }[] };
  const asked = completed.filter(({ query }) => query.queries[0].metric === 'one.all');
  expect(asked.length).toBeGreaterThanOrEqual(WORKERS);
  expect((await ask(tsd.port, '/api/stats/query?query=12345', { method: 'DELETE' })).status).toBe(404);
});

it('has one log, and one set of levels', async () => {
  await onEach(() => ask(tsd.port, '/api/query'));
  // What a worker logs is on its way for a moment.
  let lines: string[] = [];
  const places = Array.from({ length: WORKERS }, (_, i) => `\tworker-${i + 1}\t`);
  await until(async () => {
    lines = (await ask(tsd.port, '/logs')).text.split('\n');
    return places.every((place) => lines.some((line) => line.includes(place)));
  });
  const times = lines.filter(Boolean).map((line) => Number(line.split('\t')[0]));
  expect(times).toEqual([...times].sort((a, b) => b - a));

  expect((await ask(tsd.port, '/logs?level=DEBUG&logger=net.opentsdb.tsd.HttpQuery')).text).toMatch(/^Set the log level to DEBUG/);
  await onEach(() => ask(tsd.port, '/api/version'));
  await until(async () => {
    const debug = (await ask(tsd.port, '/logs')).text.split('\n').filter((line) => line.includes('DEBUG') && line.includes('/api/version'));
    return new Set(debug.map((line) => line.split('\t')[2])).size === WORKERS;
  });
  await ask(tsd.port, '/logs?level=INFO');
});

it('renames and deletes names for all workers at once', async () => {
  await tsd.put([point('one.old', 0, 7)]);
  await onEach(() => tsd.points('one.old'));
  for (let round = 0; round < WORKERS; round++) {
    const [from, to] = round % 2 === 0 ? ['one.old', 'one.new'] : ['one.new', 'one.old'];
    expect((await ask(tsd.port, `/api/uid/rename?metric=${from}&name=${to}`)).status).toBe(200);
    expect(await onEach(() => tsd.points(to))).toEqual(Array(WORKERS).fill({ 1700000000: 7 }));
    expect(await onEach(async () => (await ask(tsd.port, `/api/query?start=1700000000&m=sum:${from}`)).status)).toEqual([400, 400, 400]);
  }
  expect((await ask(tsd.port, '/dropcaches')).text).toContain('Caches dropped');
});

it('gives a name one UID, whoever meets it first', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `one.race.${i}`);
  const before = (await tsd.figures()).get('tsd.uid.ids-used kind=metrics') ?? 0;
  await Promise.all(Array.from({ length: 2 * WORKERS }, (_, i) => tsd.put(names.map((metric) => point(metric, i, i)))));
  const after = (await tsd.figures()).get('tsd.uid.ids-used kind=metrics') ?? 0;
  expect(after - before).toBe(names.length);
  expect(await tsd.points(names[7])).toEqual(Object.fromEntries(Array.from({ length: 2 * WORKERS }, (_, i) => [1_700_000_000 + i, i])));
});

it('starts another worker in the place of one that dies', async () => {
  await tsd.kill(2);
  await until(async () => (await tsd.figures()).get('tsd.workers.running') === WORKERS);
  expect(tsd.daemon.output).toMatch(/Worker 2 \(process \d+\) ended with SIGKILL, another one is started in its place/);
  expect(await onEach(() => tsd.put([point('one.after', 1, 1)]))).toEqual(Array(WORKERS).fill(expect.objectContaining({ success: 1 })));
});

it('ends as a whole, with every process, and the exit code of the signal', async () => {
  const pids = [...tsd.workers().values()];
  expect(await tsd.stop()).toBe(143);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(tsd.daemon.output).toMatch(/Shut down\n$/);
  expect(tsd.daemon.errors).toBe('');
});
