import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ask, Connection } from '../server/support/client';
import { isAlive } from '../support/is-alive';
import { until } from '../support/until';
import { DaemonProcess } from '../tools/support/daemon-process';
import { WorkersDaemon } from './support/workers';

const BASE = 1_700_000_000;
let tsd: WorkersDaemon;
afterEach(() => tsd.remove());

it('a worker that is killed under load loses nothing that was acknowledged', async () => {
  tsd = await WorkersDaemon.start();
  const acknowledged: number[] = [];
  let next = 0;
  let running = true;
  const clients = Array.from({ length: 6 }, async () => {
    while (running) {
      const n = next++;
      const points = [{ metric: 'killed.m', timestamp: BASE + n, value: n, tags: { host: 'a' } }];
      // A connection of a worker that was killed is reset: the client does not know.
      const { success } = await tsd.put(points).catch(() => ({ success: 0 }));
      if (success === 1) acknowledged.push(n);
    }
  });
  try {
    for (const place of [2, 3, 1, 2]) {
      const before = acknowledged.length;
      await until(() => acknowledged.length > before + 100);
      await tsd.kill(place);
    }
  } finally {
    running = false;
  }
  await Promise.all(clients);
  const stored = new Set(Object.values(await tsd.points('killed.m')));
  expect(acknowledged.filter((n) => !stored.has(n))).toEqual([]);
  expect(await tsd.stop()).toBe(143);
});

it('a worker that does not last is started again after a pause, and the others serve', async () => {
  tsd = await WorkersDaemon.start();
  await tsd.kill(3);
  await tsd.kill(3);
  expect(tsd.daemon.output).toMatch(/Worker 3 \(process \d+\) ended with SIGKILL, another one is started in its place\n/);
  expect(tsd.daemon.output).toMatch(/Worker 3 \(process \d+\) ended with SIGKILL, another one is started in its place in 500 ms\n/);
  expect((await tsd.figures()).get('tsd.workers.restarted')).toBe(2);
  expect(await tsd.stop('SIGINT')).toBe(130);
});

it('workers end in order when the primary is killed, and leave the port at once', async () => {
  tsd = await WorkersDaemon.start();
  const telnet = await Connection.open(tsd.port);
  telnet.send(`put orphan.m ${BASE} 1 host=a\nversion\n`);
  await telnet.until(() => /Built on/.test(telnet.received.toString()));
  telnet.send(`put orphan.m ${BASE + 1} 2 host=a\n`);
  const pids = [...tsd.workers().values()];
  tsd.daemon.child.kill('SIGKILL');
  await tsd.daemon.exited;
  await telnet.toEnd();
  const refused = await new Promise<boolean>((resolve) => {
    const socket = connect(tsd.port, '127.0.0.1', () => resolve(false)).on('error', () => resolve(true));
    socket.once('connect', () => socket.destroy());
  });
  expect(refused).toBe(true);
  await until(() => pids.every((pid) => !isAlive(pid)));
  await tsd.again();
  expect(await tsd.points('orphan.m')).toEqual({ [BASE]: 1, [BASE + 1]: 2 });
});

it('takes what clients have sent before SIGTERM, from all of them', async () => {
  tsd = await WorkersDaemon.start();
  const lines = (client: number): string =>
    Array.from({ length: 500 }, (_, i) => `put ended.m ${BASE + i} ${i} client=c${client}\n`).join('');
  const connections = await Promise.all(Array.from({ length: 20 }, () => Connection.open(tsd.port)));
  connections.forEach((connection, client) => connection.send(lines(client)));
  await Promise.all(
    connections.map((connection) => new Promise((resolve) => connection.socket.write(`put ended.m ${BASE + 5000} 1 last=a\n`, resolve))),
  );
  expect(await tsd.stop()).toBe(143);
  await tsd.again();
  expect(await tsd.count('ended.m')).toBe(20 * 500 + 1);
});

it('diediedie through any worker ends all of it', async () => {
  tsd = await WorkersDaemon.start();
  const pids = [...tsd.workers().values()];
  expect((await ask(tsd.port, '/diediedie')).text).toContain('Cleaning up and exiting now.');
  expect(await tsd.daemon.exited).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

it('SIGTERM to a worker replaces it', async () => {
  tsd = await WorkersDaemon.start();
  const telnet = await Connection.open(tsd.port);
  const pid = tsd.workers().get(1) as number;
  process.kill(pid, 'SIGTERM');
  await until(() => !isAlive(pid) && tsd.workers().get(1) !== undefined);
  telnet.send('version\n');
  await telnet.until(() => /Built on/.test(telnet.received.toString()));
  expect(tsd.daemon.output).toMatch(/Worker 1 \(process \d+\) has ended, another one takes its place/);
});

it('keeps the limit of connections for all workers together', async () => {
  tsd = await WorkersDaemon.start({ 'tsd.core.connections.limit': '4' });
  const connections = await Promise.all(Array.from({ length: 4 }, () => Connection.open(tsd.port)));
  for (const connection of connections) connection.send('version\n');
  await Promise.all(connections.map((connection) => connection.until(() => /Built on/.test(connection.received.toString()))));
  const fifth = await Connection.open(tsd.port);
  await fifth.toEnd();
  expect(fifth.received).toHaveLength(0);
  connections[0].close();
  await until(() => isServed(tsd.port));
  connections[1].close();
  await until(() => isServed(tsd.port));
  connections[2].close();
  await until(() => isServed(tsd.port));
  // The connections that showed it may still be counted: then the one that asks is refused, too.
  let figures: Map<string, number> | null = null;
  await until(async () => (figures = await tsd.figures().catch(() => null)) !== null);
  expect((figures as Map<string, number> | null)?.get('tsd.connectionmgr.connections type=rejected')).toBeGreaterThanOrEqual(1);
  for (const connection of connections) connection.close();
});

/** Whether a connection is served, and not closed at once. */
async function isServed(port: number): Promise<boolean> {
  const connection = await Connection.open(port);
  connection.send('version\n');
  await connection.until(() => connection.ended || connection.received.length > 0);
  connection.close();
  return connection.received.length > 0;
}

it('says once what keeps it from starting', async () => {
  tsd = await WorkersDaemon.start('--worker-threads=1');
  await tsd.stop();
  const start = (...more: string[]): DaemonProcess => {
    const options = ['--bind=127.0.0.1', '--staticroot=static', '--cachedir=cache', '--worker-threads=3', ...more];
    return (tsd.daemon = new DaemonProcess(tsd.root, options));
  };
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  start(`--port=${port}`);
  expect(await tsd.daemon.exited).toBe(1);
  expect(tsd.daemon.errors).toBe(
    `tsd.network.port = ${port}: Failed to bind to: /127.0.0.1:${port} (listen EADDRINUSE: address already in use 127.0.0.1:${port})\n`,
  );
  server.close();

  tsd.configure({ 'tsd.search.enable': 'true', 'tsd.search.plugin': './nosuch.js' });
  start(`--port=${tsd.port}`, '--config=tsd.conf');
  expect(await tsd.daemon.exited).toBe(1);
  expect(tsd.daemon.errors).toMatch(/^Exception in thread "main" [^\n]*Initialization failed\nCaused by: [^\n]*search plugin[^\n]*\n/);
  expect(tsd.daemon.errors.match(/Initialization failed/g)).toHaveLength(1);
});

it('has its startup plugin once, and what that sets holds for all', async () => {
  tsd = await WorkersDaemon.start('--worker-threads=1');
  await tsd.stop();
  const plugin = `const { appendFileSync } = require('node:fs');
    const say = (what) => appendFileSync(${JSON.stringify(join(tsd.root, 'said'))}, what + '\\n');
    module.exports = {
      initialize(config) { config.set('tsd.core.tag.allow_specialchars', '!'); say('initialize'); },
      setReady({ address }) { say('ready ' + address.port); },
      collectStats(sink) { sink.record('plugin.own', 5); },
      shutdown() { say('shutdown'); },
    };`;
  writeFileSync(join(tsd.root, 'startup.js'), plugin);
  tsd.configure({ 'tsd.startup.enable': 'true', 'tsd.startup.plugin': './startup.js' });
  await tsd.again();
  for (let i = 0; i < 3; i++) {
    const points = [{ metric: 'allowed!', timestamp: BASE + i, value: 1, tags: { host: 'a' } }];
    expect(await tsd.put(points)).toMatchObject({ success: 1 });
  }
  expect((await tsd.figures()).get('tsd.plugin.own plugin=startup')).toBe(5);
  expect(await tsd.stop()).toBe(143);
  expect(readFileSync(join(tsd.root, 'said'), 'utf8')).toBe(`initialize\nready ${tsd.port}\nshutdown\n`);
});
