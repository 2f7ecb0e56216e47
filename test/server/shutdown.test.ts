import { once } from 'node:events';
import net from 'node:net';
import { LayeredConfig } from '../../src/config';
import { Daemon } from '../../src/server/daemon';
import { turns } from '../../src/util/turns';
import { LogSystem } from '../../src/util/logger';
import { ask, Connection, json, requestBytes, telnet } from './support/client';
import { startDaemon } from './support/daemon';
import { freePort } from '../support/free-port';
import { until } from '../support/until';

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
  // A port that nobody else may get, nor a connection to it as its own.
  const tsd = await startDaemon({ 'tsd.network.port': String(await freePort()) });
  let release: (() => void) | null = null;
  jest.spyOn(tsd.daemon.uids, 'suggest').mockImplementation(() => new Promise((resolve) => (release = () => resolve(['late']))));
  const busy = await Connection.open(tsd.port);
  busy.send(requestBytes('/api/suggest?type=metrics'));
  const idle = await Connection.open(tsd.port);
  idle.send(requestBytes('/api/version'));
  await idle.answer();
  await until(() => release !== null);
  const stopped = tsd.daemon.shutdown('test');
  await idle.toEnd();
  await expect(Connection.open(tsd.port)).rejects.toThrow('ECONNREFUSED');
  release!();
  expect((await busy.answer()).text).toBe('["late"]');
  await stopped;
  await busy.toEnd();
  await tsd.stop();
});

describe('what had arrived when it is told to stop', () => {
  const points = async (dataPath: string, metric: string): Promise<number> => {
    const again = await reopen(dataPath);
    try {
      const answer = await ask(again.address.port, `/api/query?start=1699999999&end=1700999999&m=none:${metric}`);
      return (json(answer) as { dps: object }[]).reduce((sum, { dps }) => sum + Object.keys(dps).length, 0);
    } finally {
      await again.shutdown('test');
    }
  };

  it('is taken from a telnet client that is faster than it is read', async () => {
    const tsd = await startDaemon({ 'tsd.storage.write_buffer.bytes': '300000' });
    const connection = await Connection.open(tsd.port);
    const count = 40_000;
    const lines = Array.from({ length: count }, (_, i) => `put drain.fast ${1700000000 + i} ${i} host=a\n`).join('');
    await new Promise<void>((resolve) => connection.socket.write(lines, () => resolve()));
    await tsd.daemon.shutdown('test');
    await connection.toEnd();
    expect(await points(tsd.dataPath, 'drain.fast')).toBe(count);
    await tsd.stop();
  });

  it('is taken from a telnet client that never stops sending, and then the connection ends', async () => {
    const tsd = await startDaemon();
    const connection = await Connection.open(tsd.port);
    let sent = 0;
    const send = (): void => {
      if (connection.ended) return;
      if (!connection.socket.writableNeedDrain)
        connection.send(Array.from({ length: 1000 }, () => `put drain.endless ${1700000000 + sent++} 1 host=a\n`).join(''));
      setImmediate(send);
    };
    send();
    await new Promise((resolve) => setImmediate(resolve));
    const before = sent;
    await tsd.daemon.shutdown('test');
    await connection.toEnd();
    expect(await points(tsd.dataPath, 'drain.endless')).toBeGreaterThanOrEqual(before);
    await tsd.stop();
  }, 120_000);

  it('is taken from connections that it had not even accepted', async () => {
    const tsd = await startDaemon();
    const lines = Array.from({ length: 12 }, () => net.connect(tsd.port, '127.0.0.1'));
    const call = net.connect(tsd.port, '127.0.0.1');
    let answer = '';
    call.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    const closed = once(call, 'close');
    lines.forEach((line, i) => line.write(`put drain.early ${1700000000 + i} 1 host=a\n`));
    call.write(requestBytes('/api/version'));
    await Promise.all([...lines, call].map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await tsd.daemon.shutdown('test');
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await points(tsd.dataPath, 'drain.early')).toBe(12);
    await tsd.stop();
  });

  it('and is the beginning of a request is answered, and the answer says that the connection ends', async () => {
    const tsd = await startDaemon();
    const [head, body, idle] = [await Connection.open(tsd.port), await Connection.open(tsd.port), await Connection.open(tsd.port)];
    idle.send(requestBytes('/api/version'));
    expect((await idle.answer()).headers).not.toHaveProperty('connection');
    const put = requestBytes('/api/put', { body: '{"metric":"drain.h","timestamp":1700000000,"value":7,"tags":{"a":"b"}}' });
    await new Promise<void>((resolve) => head.socket.write('GET /api/ver', () => resolve()));
    await new Promise<void>((resolve) => body.socket.write(put.subarray(0, -5), () => resolve()));
    const stopped = tsd.daemon.shutdown('test');
    await idle.toEnd();
    head.send('sion HTTP/1.1\r\n\r\n');
    const answer = await head.answer();
    expect([answer.status, answer.headers.connection]).toEqual([200, 'close']);
    expect(answer.headers).toHaveProperty('content-length');
    body.send(put.subarray(-5));
    const put204 = await body.answer();
    expect([put204.status, put204.headers.connection]).toEqual([204, 'close']);
    await stopped;
    await Promise.all([head.toEnd(), body.toEnd()]);
    expect(await points(tsd.dataPath, 'drain.h')).toBe(1);
    await tsd.stop();
  });

  it('of several requests on one connection all are answered, the last one with the end', async () => {
    const tsd = await startDaemon();
    const connection = await Connection.open(tsd.port);
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const begun = new Promise<void>((resolve) => {
      let calls = 0;
      jest.spyOn(tsd.daemon.uids, 'suggest').mockImplementation(async () => {
        // More of one connection are not worked on at once: the others wait.
        if (++calls === 4) resolve();
        await released;
        return [];
      });
    });
    connection.send(Buffer.concat(Array.from({ length: 10 }, () => requestBytes('/api/suggest?type=metrics'))));
    await begun;
    await new Promise<void>((resolve) => connection.socket.write(requestBytes('/api/suggest?type=metrics'), () => resolve()));
    const stopped = tsd.daemon.shutdown('test');
    await turns(20);
    await until(() => tsd.daemon.counters.rpc.httpReceived === 11);
    release();
    await stopped;
    const text = (await connection.toEnd()).toString();
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(11);
    expect(text.match(/Connection: close/g)).toHaveLength(1);
    await tsd.stop();
  });

  it('but not the rest of a request that has been refused, whether it comes or not', async () => {
    const tsd = await startDaemon({ 'tsd.http.request.max_body': '1000' });
    const [silent, sending] = [await Connection.open(tsd.port), await Connection.open(tsd.port)];
    const head = 'POST /api/put HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = `400\r\n${' '.repeat(0x400)}\r\n`;
    for (const connection of [silent, sending]) {
      connection.send(head + chunk);
      expect((await connection.answer()).status).toBe(413);
    }
    const timer = setInterval(() => sending.send(chunk), 1);
    sending.socket.once('close', () => clearInterval(timer));
    await tsd.daemon.shutdown('test');
    await Promise.all([silent.toEnd(), sending.toEnd()]);
    clearInterval(timer);
    expect(tsd.logs.ring.newestFirst().filter(({ message }) => message.includes('were cut'))).toEqual([]);
    await tsd.stop();
  });

  it('has so long as the key says: then connections are cut', async () => {
    const tsd = await startDaemon({ 'tsd.network.drain_timeout': '50' });
    jest.spyOn(tsd.daemon.uids, 'suggest').mockImplementation(() => new Promise(() => {}));
    const busy = await Connection.open(tsd.port);
    await new Promise<void>((resolve) => busy.socket.write(requestBytes('/api/suggest?type=metrics'), () => resolve()));
    await tsd.daemon.shutdown('test');
    await busy.toEnd();
    expect(busy.received).toHaveLength(0);
    const cut = tsd.logs.ring.newestFirst().filter((event) => event.level === 'WARN');
    expect(cut.map((event) => event.message)).toEqual(['1 connections were cut: they were not done in 50 ms']);
    await tsd.stop();
  });
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
