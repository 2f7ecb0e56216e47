import { Connection, requestBytes } from '../server/support/client';
import { until } from '../support/until';
import { WORKERS, WorkersDaemon } from './support/workers';

let tsd: WorkersDaemon;
beforeAll(async () => {
  tsd = await WorkersDaemon.start();
});
afterAll(() => tsd.remove());

const request = async (connection: Connection, path: string): Promise<number> => {
  connection.send(requestBytes(path));
  return (await connection.answer()).status;
};

it('no endpoint waits for ever for a worker that stands still, and nobody is sent to it', async () => {
  // One with each worker, in turn.
  const connections = await Promise.all(Array.from({ length: WORKERS }, () => Connection.open(tsd.port)));
  for (const connection of connections) expect(await request(connection, '/api/version')).toBe(200);
  expect(await tsd.put([{ metric: 'hung.m', timestamp: 1_700_000_000, value: 1, tags: { host: 'a' } }])).toMatchObject({ success: 1 });
  const before = await tsd.figures();
  const pid = tsd.workers().get(2) as number;
  process.kill(pid, 'SIGSTOP');
  try {
    // That of the worker is the one that does not answer.
    const waiting = new Set(connections);
    for (const connection of connections) connection.send(requestBytes('/api/version'));
    // It does so at the end of all that is tried here.
    for (const connection of connections) void connection.answer(120_000).then(() => waiting.delete(connection));
    await until(() => waiting.size === 1);
    const [hung] = waiting;
    const others = connections.filter((connection) => connection !== hung);
    const paths = ['stats', 'api/stats', 'api/config', 'logs', 'dropcaches', 'api/dropcaches', 'api/stats/jvm', 'api/stats/threads'];
    for (const path of [...paths, 'api/stats/region_clients', 'api/stats/query', 'api/query?start=1700000000&m=sum:hung.m'])
      for (const connection of others) expect([path, await request(connection, `/${path}`)]).toEqual([path, 200]);

    await until(() => /Worker 2 \(process \d+\) has not answered for 5 s/.test(tsd.daemon.output));
    for (let i = 0; i < 2 * WORKERS; i++) {
      const { success } = await tsd.put([{ metric: 'hung.m', timestamp: 1_700_000_001 + i, value: 1, tags: { host: 'a' } }]);
      expect(success).toBe(1);
    }
    const during = await tsd.figures();
    expect(during.get('tsd.workers.silent')).toBe(1);
    const count = (figures: Map<string, number>): number => figures.get('tsd.datapoints.added type=all') ?? 0;
    expect(count(during) - count(before)).toBe(2 * WORKERS);

    process.kill(pid, 'SIGCONT');
    await until(() => waiting.size === 0);
    await until(() => /Worker 2 \(process \d+\) answers again/.test(tsd.daemon.output));
    expect((await tsd.figures()).get('tsd.workers.silent')).toBe(0);
    expect(tsd.workers().get(2)).toBe(pid);
  } finally {
    process.kill(pid, 'SIGCONT');
    for (const connection of connections) connection.close();
  }
});

it('what workers have counted stays counted when they are replaced, or killed', async () => {
  const counted = (figures: Map<string, number>): Record<string, number> => ({
    added: figures.get('tsd.datapoints.added type=all') ?? 0,
    http: figures.get('tsd.rpc.received type=http') ?? 0,
    connections: figures.get('tsd.connectionmgr.connections type=total') ?? 0,
  });
  const before = counted(await tsd.figures());
  for (let i = 0; i < 2 * WORKERS; i++)
    await tsd.put([{ metric: 'counted.m', timestamp: 1_700_000_000 + i, value: i, tags: { host: 'a' } }]);
  tsd.daemon.child.kill('SIGUSR2');
  await until(() => /All workers are replaced/.test(tsd.daemon.output));
  // Nobody had asked for what they had counted.
  const replaced = counted(await tsd.figures());
  const requests = 2 * WORKERS + 1;
  expect(replaced).toEqual({ added: before.added + 2 * WORKERS, http: before.http + requests, connections: before.connections + requests });

  // When one is killed, what somebody has been told is what stays.
  await tsd.kill(2);
  await until(async () => (await tsd.figures()).get('tsd.workers.running') === WORKERS);
  const killed = counted(await tsd.figures());
  expect(killed.added).toBe(replaced.added);
  expect(killed.http).toBeGreaterThan(replaced.http);
  // What a process has at the moment has gone with it.
  await until(async () => (await tsd.figures()).get('tsd.connectionmgr.connections type=open') === 1);
  expect((await tsd.figures()).get('tsd.jvm.thread.count') ?? WORKERS).toBe(WORKERS);
});

it('says once what all workers say when they start', () => {
  const [start] = tsd.daemon.output.split('Ready to serve on');
  const lines = start.split('\n').map((line) => line.replace(/^.*\[[^\]]*\] /, ''));
  expect(lines.filter((line) => line === 'RpcHandler: TSD is in rw mode')).toHaveLength(1);
  expect(new Set(lines).size).toBe(lines.length);
});
