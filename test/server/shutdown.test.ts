import { LayeredConfig } from '../../src/config';
import { Daemon } from '../../src/server/daemon';
import { LogSystem } from '../../src/util/logger';
import { ask, Connection, json, requestBytes, telnet } from './support/client';
import { startDaemon } from './support/daemon';

/** Opens the store of a stopped daemon again. */
async function reopen(dataPath: string): Promise<Daemon> {
  const settings = { 'tsd.network.port': '0', 'tsd.network.bind': '127.0.0.1', 'tsd.storage.embedded.path': dataPath };
  return Daemon.start(new LayeredConfig(Object.entries(settings)), new LogSystem({ console: false }));
}

it('loses nothing that came by telnet before, nor what HTTP has acknowledged', async () => {
  const tsd = await startDaemon();
  const connection = await Connection.open(tsd.port);
  const count = 5000;
  const lines = Array.from({ length: count }, (_, i) => `put drain.m ${1700000000 + i} ${i} host=a\n`).join('');
  connection.send(lines);
  // the daemon has the bytes, or the system holds them for it
  await new Promise<void>((resolve) => connection.socket.write('put drain.half 1700000000 1', () => resolve()));
  const put = await ask(tsd.port, '/api/put', { body: '{"metric":"drain.h","timestamp":1700000000,"value":7,"tags":{"a":"b"}}' });
  expect(put.status).toBe(204);
  await tsd.daemon.shutdown('test');
  await connection.toEnd();
  const again = await reopen(tsd.dataPath);
  try {
    const query = async (metric: string): Promise<unknown> =>
      json(await ask(again.address.port, `/api/query?start=1699999999&end=1700009999&m=sum:${metric}`));
    const [series] = (await query('drain.m')) as { dps: Record<string, number> }[];
    expect(Object.keys(series.dps)).toHaveLength(count);
    expect(series.dps[String(1700000000 + count - 1)]).toBe(count - 1);
    expect(await query('drain.h')).toMatchObject([{ dps: { '1700000000': 7 } }]);
  } finally {
    await again.shutdown('test');
    await tsd.stop();
  }
});

it('lets calls under way end, and takes no new connections', async () => {
  const tsd = await startDaemon();
  let release = (): void => {};
  jest.spyOn(tsd.daemon.uids, 'suggest').mockImplementation(() => new Promise((resolve) => (release = () => resolve(['late']))));
  const busy = await Connection.open(tsd.port);
  busy.send(requestBytes('/api/suggest?type=metrics'));
  const idle = await Connection.open(tsd.port);
  idle.send(requestBytes('/api/version'));
  await idle.answer();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const stopped = tsd.daemon.shutdown('test');
  await idle.toEnd();
  await expect(Connection.open(tsd.port)).rejects.toThrow('ECONNREFUSED');
  release();
  expect((await busy.answer()).text).toBe('["late"]');
  await stopped;
  await busy.toEnd();
  await tsd.stop();
});

it('diediedie says goodbye and stops the daemon, by telnet and by HTTP, in every mode', async () => {
  const everyMode: Record<string, string>[] = [{}, { 'tsd.mode': 'wo' }, { 'tsd.core.enable_ui': 'false' }];
  for (const settings of everyMode) {
    const tsd = await startDaemon(settings);
    const connection = await Connection.open(tsd.port);
    connection.send('diediedie\n');
    expect((await connection.toEnd()).toString()).toBe('Cleaning up and exiting now.\n');
    await tsd.daemon.stopped;
    await tsd.stop();
  }
  const tsd = await startDaemon();
  const answer = await ask(tsd.port, '/diediedie');
  expect(answer.text).toContain('<title>TSD Exiting</title>');
  expect(answer.text).toContain('<b>You killed me</b>');
  await tsd.daemon.stopped;
  await tsd.stop();
});

it('tsd.no_diediedie takes it away', async () => {
  const tsd = await startDaemon({ 'tsd.no_diediedie': 'true' });
  expect((await ask(tsd.port, '/diediedie')).status).toBe(404);
  expect(await telnet(tsd.port, 'diediedie\n')).toBe("unknown command: diediedie.  Try `help'.\n");
  await tsd.stop();
});

describe('a daemon that cannot start leaves nothing open', () => {
  it('a port in use', async () => {
    const first = await startDaemon();
    await expect(startDaemon({ 'tsd.network.port': String(first.port) })).rejects.toThrow(`Failed to bind to: /127.0.0.1:${first.port}`);
    await first.stop();
  });

  it.each([
    [{ 'tsd.network.port': '70000' }, 'port out of range:70000'],
    [{ 'tsd.core.timezone': 'Mars/Olympus' }, 'Invalid timezone name: Mars/Olympus'],
    [{ 'tsd.storage.uid.width.metric': '9' }, 'Invalid width: 9'],
    [{ 'tsd.core.authentication.enable': 'true', 'tsd.core.authentication.plugin': 'x.Y' }, 'Unable to locate authentication plugin: x.Y'],
    [{ 'tsd.storage.engine': 'cassandra' }, 'Invalid value for tsd.storage.engine'],
  ])('%j', async (settings, message) => {
    await expect(startDaemon(settings)).rejects.toThrow(message);
  });
});
