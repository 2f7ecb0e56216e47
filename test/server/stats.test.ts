import dns from 'node:dns/promises';
import { hostname } from 'node:os';
import { TimeoutError } from '../../src/storage';
import type { StatsSink } from '../../src/util/stats';
import { ask, json, telnet } from './support/client';
import { startDaemon, type TestDaemon } from './support/daemon';

interface Stat {
  metric: string;
  timestamp: number;
  value: string;
  tags: Record<string, string>;
}

/** The names of one TSD of the original in its order, own tags included, on a store without compactions to speak of. */
const FIRST = ['connectionmgr.connections type=open', 'connectionmgr.connections type=rejected', 'connectionmgr.connections type=total'];

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon();
});
afterAll(() => tsd.stop());

const lines = async (): Promise<string[]> => (await ask(tsd.port, '/stats')).text.trimEnd().split('\n');
const keyOf = (line: string): string => {
  const [name, , , ...tags] = line.split(' ');
  return [name.slice('tsd.'.length), ...tags.filter((tag) => !tag.startsWith('host='))].join(' ');
};

it('lines are name, time, integer, own tag, host', async () => {
  for (const line of await lines())
    expect(line).toMatch(new RegExp(`^tsd\\.[\\w.-]+ \\d{10} -?\\d+( \\w+=[\\w.:-]+)* ?host=${hostname()}( class=\\w+)?$`));
});

it('come in the order of the original, telnet and HTTP alike', async () => {
  const keys = (await lines()).map(keyOf);
  expect(keys.slice(0, 3)).toEqual(FIRST);
  const order = [
    'rpc.received type=http_plugin',
    'rpc.exceptions',
    'http.latency_50pct type=all',
    'http.graph.requests cache=miss',
    'rpc.forbidden type=telnet',
    'rpc.received type=put',
    'rpc.errors type=socket_writes_blocked',
    'http.query.success',
    'jvm.thread.states state=new',
    'jvm.thread.count',
    'uid.cache-hit kind=metrics',
    'uid.ids-available kind=metrics',
    'uid.cache-hit kind=tagv',
    'uid.filter.rejected kind=aggregate',
    'jvm.ramfree',
    'hbase.latency_50pct method=put class=IncomingDataPoints',
    'datapoints.added type=all class=TSDB',
    'hbase.latency_95pct method=scan class=TsdbQuery',
    'hbase.rpcs type=increment',
    'compaction.count',
    'compaction.queue.size',
    'compaction.deletes',
  ];
  const places = order.map((key) => keys.indexOf(key));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(new Set(keys).size).toBe(keys.length);
  const byTelnet = (await telnet(tsd.port, 'stats\n')).trimEnd().split('\n');
  expect(byTelnet.map(keyOf)).toEqual(keys);
});

it("the API has the same without threads, values as strings, tags in a HashMap's order", async () => {
  const stats = json(await ask(tsd.port, '/api/stats')) as Stat[];
  const legacy = await lines();
  expect(stats.map((stat) => stat.metric)).toEqual(
    legacy.map((line) => line.split(' ')[0]).filter((name) => !name.startsWith('tsd.jvm.thread')),
  );
  expect(stats[0]).toEqual({
    metric: 'tsd.connectionmgr.connections',
    timestamp: expect.any(Number),
    value: expect.any(String),
    tags: { host: hostname(), type: 'open' },
  });
  expect(Object.keys(stats[0].tags)).toEqual(['host', 'type']);
  expect((json(await ask(tsd.port, '/stats?json')) as string[]).map(keyOf)).toEqual(legacy.map(keyOf));
});

it('count what happens', async () => {
  const read = async (key: string): Promise<number> => Number((await lines()).find((line) => keyOf(line) === key)?.split(' ')[2]);
  const before = [
    await read('rpc.received type=telnet'),
    await read('rpc.errors type=illegal_arguments'),
    await read('datapoints.added type=all class=TSDB'),
  ];
  await telnet(tsd.port, 'put stat.m 1700000000 1 a=b\nput stat.m\n');
  await tsd.daemon.writer.flush();
  const after = [
    await read('rpc.received type=telnet'),
    await read('rpc.errors type=illegal_arguments'),
    await read('datapoints.added type=all class=TSDB'),
  ];
  expect(after).toEqual([before[0] + 3, before[1] + 1, before[2] + 1]);
  expect(await read('uid.ids-used kind=metrics')).toBe(1);
  expect(await read('uid.ids-available kind=metrics')).toBe(2 ** 24 - 2);
  const http = await read('rpc.received type=http');
  expect(await read('rpc.received type=http')).toBe(http + 1);
});

it('/api/stats/threads, /jvm, /region_clients and /query have the shapes of the original', async () => {
  expect(json(await ask(tsd.port, '/api/stats/threads'))).toMatchObject([{ threadID: 1, name: 'main', state: 'RUNNABLE' }]);
  const jvm = json(await ask(tsd.port, '/api/stats/jvm')) as Record<string, Record<string, unknown>>;
  expect(Object.keys(jvm)).toEqual(['memory', 'os', 'runtime', 'pools', 'gc']);
  expect(Object.keys(jvm.runtime)).toEqual(['vmName', 'vmVersion', 'startTime', 'vmVendor', 'uptime']);
  const usage = { init: expect.any(Number), used: expect.any(Number), committed: expect.any(Number), max: expect.any(Number) };
  expect(jvm.memory).toEqual({ nonHeapMemoryUsage: usage, objectsPendingFinalization: 0, heapMemoryUsage: usage });
  for (const pool of Object.values(jvm.pools) as Record<string, unknown>[]) {
    expect(Object.keys(pool)).toEqual(['usage', 'collectionUsage', 'type', 'peakUsage']);
    expect(pool.usage).toEqual(usage);
  }
  // The embedded store has no servers; what HBase's look like: http/region-clients.test.ts, interop/shared-tables.test.ts.
  expect(json(await ask(tsd.port, '/api/stats/region_clients?details'))).toEqual([]);
  await ask(tsd.port, '/api/query?start=1h-ago&m=sum:nosuch');
  expect(Object.keys(json(await ask(tsd.port, '/api/stats/query')) as object)).toEqual(['completed', 'running']);
});

it('with a port and the canonical name when configured', async () => {
  // The name service of the machine may be far away, or none.
  const address = jest.spyOn(dns, 'lookup').mockResolvedValue({ address: '192.0.2.7', family: 4 });
  const name = jest.spyOn(dns, 'lookupService').mockResolvedValue({ hostname: 'tsd.example.org', service: '0' });
  const other = await startDaemon({ 'tsd.core.stats_with_port': 'true', 'tsd.stats.canonical': 'true' });
  const firstLine = async (): Promise<string> => (await ask(other.port, '/stats')).text.split('\n')[0];
  try {
    expect(await firstLine()).toMatch(
      /^tsd\.connectionmgr\.connections \d+ \d+ type=open (port=0 fqdn=tsd\.example\.org|fqdn=tsd\.example\.org port=0)$/,
    );
    expect([address.mock.lastCall?.[0], name.mock.lastCall]).toEqual([hostname(), ['192.0.2.7', 0]]);
    address.mockRejectedValue(new Error('getaddrinfo ENOTFOUND'));
    expect(await firstLine()).toContain(` fqdn=${hostname()}`);
  } finally {
    address.mockRestore();
    name.mockRestore();
    await other.stop();
  }
});

it('come with the last figures of used ids while storage does not answer', async () => {
  const used = (all: readonly string[]): string[] =>
    all.filter((line) => line.includes('.ids-')).map((line) => line.replace(/ \d{10} /, ' '));
  const before = used(await lines());
  const spy = jest.spyOn(tsd.daemon.uids, 'usedIds').mockRejectedValue(new TimeoutError('get on tsdb-uid failed'));
  try {
    expect(used(await lines())).toEqual(before);
    expect((await ask(tsd.port, '/api/stats')).status).toBe(200);
  } finally {
    spy.mockRestore();
  }
});

it('fail as a whole when the UID table cannot be read', async () => {
  const spy = jest.spyOn(tsd.daemon.uids, 'usedIds').mockRejectedValue(new Error('no table'));
  try {
    expect((await ask(tsd.port, '/api/stats')).status).toBe(500);
    expect(await telnet(tsd.port, 'stats\n')).toBe('');
  } finally {
    spy.mockRestore();
  }
});

it('tell as often of a figure as a plugin does, and of each of our own once', async () => {
  const keys = (await lines()).map(keyOf);
  expect(new Set(keys).size).toBe(keys.length);
  const source = {
    collectStats: (sink: StatsSink) => {
      for (const value of [1, 2, 1]) sink.record('twice', value, { plugin: 'timeseriesFilter' });
    },
  };
  tsd.daemon.statsSources.push(source);
  try {
    const told = (await lines()).filter((line) => line.startsWith('tsd.twice ')).map((line) => line.split(' ')[2]);
    expect(told).toEqual(['1', '2', '1']);
    const stats = json(await ask(tsd.port, '/api/stats')) as Stat[];
    expect(stats.filter(({ metric }) => metric === 'tsd.twice').map(({ value }) => value)).toEqual(['1', '2', '1']);
  } finally {
    tsd.daemon.statsSources.pop();
  }
});
