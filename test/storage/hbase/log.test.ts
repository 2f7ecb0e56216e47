import { Connection } from '../../../src/storage/hbase/connection';
import { ConnectionLostError, RemoteException } from '../../../src/storage/hbase/errors';
import { printedRegionName, regionSpecifier, regionText, type Region } from '../../../src/storage/hbase/region';
import { RegionDirectory } from '../../../src/storage/hbase/regions';
import { FailureHandler } from '../../../src/storage/hbase/retry';
import { Servers } from '../../../src/storage/hbase/servers';
import { LogSystem } from '../../../src/util/logger';
import { freePort } from '../../support/free-port';
import { FakeServer } from './fake-server';

const NAME = 'org.hbase.async.RegionClient';
const name = Buffer.from('tsdb,\x00\x00*,1.abc.', 'latin1');
const region: Region = {
  table: 'tsdb',
  name,
  startKey: Buffer.of(0, 0, 42),
  endKey: Buffer.of(1),
  server: { host: '127.0.0.1', port: 1 },
  specifier: regionSpecifier(name),
};
const options = (logs: LogSystem) => ({
  log: logs.get(NAME),
  user: 'somebody',
  service: 'ClientService',
  connectTimeoutMs: 60_000,
  readTimeoutMs: 60_000,
  idleTimeoutMs: 0,
  noDelay: true,
  keepAlive: true,
});
const lines = (logs: LogSystem): string[] =>
  logs.ring
    .newestFirst()
    .reverse()
    .map(({ level, message }) => `${level} ${message}`);

it('a connection tells of each call, from when it is wanted until it is not', async () => {
  const logs = new LogSystem({ console: false });
  const server = await FakeServer.start((call) =>
    call.method === 'Bad' ? call.fail('java.io.IOException', 'broken') : call.reply(Buffer.alloc(3)),
  );
  const connection = new Connection('127.0.0.1', server.port, options(logs), () => {});
  const to = `127.0.0.1:${server.port}`;
  try {
    await connection.call({ method: 'Get', param: Buffer.alloc(10), timeoutMs: 60_000 });
    expect(lines(logs)).toEqual([]);
    logs.setLevel('DEBUG', NAME);
    await connection.call({ method: 'Get', param: Buffer.alloc(10), timeoutMs: 60_000, target: region });
    await expect(connection.call({ method: 'Bad', param: Buffer.alloc(10), timeoutMs: 60_000 })).rejects.toThrow(RemoteException);
    logs.setLevel('INFO', NAME);
    await connection.call({ method: 'Get', param: Buffer.alloc(10), timeoutMs: 60_000 });
    const shown = lines(logs).map((line) => line.replace(/[\d.]+ ms, \d+ bytes|[\d.]+ ms/, 'T'));
    expect(shown).toEqual([
      `DEBUG Get to ${to} (tsdb [00002a,01), 10 bytes): T`,
      `DEBUG Bad to ${to} (10 bytes): T, failed: IOException: broken`,
    ]);
  } finally {
    connection.close();
    await server.stop();
  }
});

it('a server that can not be reached is a warning, not one for every attempt', async () => {
  const logs = new LogSystem({ console: false });
  const port = await freePort();
  const servers = new Servers(options(logs), () => {});
  const address = { host: '127.0.0.1', port };
  const attempt = () => servers.connection(address).call({ method: 'Get', param: Buffer.alloc(0), timeoutMs: 60_000 });
  for (let i = 0; i < 3; i++) await expect(attempt()).rejects.toThrow(ConnectionLostError);
  servers.close();
  expect(lines(logs)).toEqual([`WARN The connection to 127.0.0.1:${port} failed: connect ECONNREFUSED 127.0.0.1:${port}`]);
});

it('regions that are found, and failures with what is made of them, are told on demand', async () => {
  const logs = new LogSystem({ console: false, levels: new Map([['org.hbase.async', 'DEBUG']]) });
  const log = logs.get('org.hbase.async.HBaseClient');
  const directory = new RegionDirectory({ find: () => Promise.resolve(region), list: () => Promise.resolve([region]) }, log);
  await directory.loadAll('tsdb');
  const gone: string[] = [];
  const handler = new FailureHandler(directory, (address, reason) => gone.push(`${address}: ${reason}`), log);
  expect(handler.retries(new RemoteException('org.apache.hadoop.hbase.NotServingRegionException', 'not here'), region)).toBe(true);
  expect([...directory.known()]).toEqual([{ region, stale: true }]);
  expect(handler.retries(new RemoteException('x.NoSuchColumnFamilyException', 'no family'), region)).toBe(false);
  handler.retries(new RemoteException('x.RegionServerStoppedException', 'stopping'), region);
  expect(gone).toEqual(['127.0.0.1:1: RegionServerStoppedException: stopping']);
  expect(lines(logs).slice(0, 3)).toEqual([
    'DEBUG tsdb has 1 regions',
    'DEBUG a call may go again (moved): tsdb [00002a,01) on 127.0.0.1:1: NotServingRegionException: not here',
    'DEBUG a call has failed: tsdb [00002a,01) on 127.0.0.1:1: NoSuchColumnFamilyException: no family',
  ]);
});

it('regions are named as HBase prints them', () => {
  expect(printedRegionName(region)).toBe('tsdb,\\x00\\x00*,1.abc.');
  expect(regionText({ ...region, startKey: Buffer.alloc(0) })).toBe('tsdb [,01)');
});
