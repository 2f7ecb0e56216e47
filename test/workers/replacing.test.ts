import { Connection, requestBytes } from '../server/support/client';
import { turns, until } from '../support/until';
import { connectionsOf, WORKERS, WorkersDaemon } from './support/workers';

const BASE = 1_700_000_000;

let tsd: WorkersDaemon;
beforeAll(async () => {
  tsd = await WorkersDaemon.start();
});
afterAll(() => tsd.remove());

/** Replaces all workers. Resolves when it is done. */
async function replace(): Promise<void> {
  const before = new Set(tsd.workers().values());
  const times = tsd.daemon.output.split('All workers are replaced').length;
  tsd.daemon.child.kill('SIGUSR2');
  await until(() => tsd.daemon.output.split('All workers are replaced').length > times, 'all are replaced', 60_000);
  const after = [...tsd.workers().values()];
  expect(after).toHaveLength(WORKERS);
  expect(after.filter((pid) => before.has(pid))).toEqual([]);
}

/** Sends numbered points without end on one telnet connection, in pieces that end anywhere. */
class Stream {
  sent = 0;
  running = true;
  readonly done: Promise<void>;

  constructor(
    private readonly connection: Connection,
    private readonly series: string,
  ) {
    this.done = this.run();
  }

  private async run(): Promise<void> {
    let rest = '';
    while (this.running) {
      const first = this.sent;
      const lines = Array.from({ length: 50 }, (_, i) => `put moved.telnet ${BASE + first + i} ${first + i} series=${this.series}\n`);
      this.sent += 50;
      const text = rest + lines.join('');
      const cut = text.length - 7;
      rest = text.slice(cut);
      this.connection.send(text.slice(0, cut));
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (this.connection.ended) throw new Error('the connection ended');
    }
    this.connection.send(`${rest}version\n`);
    await this.connection.until(() => /Built on .*\n/.test(this.connection.received.toString()));
  }
}

it('telnet and HTTP clients keep their connections, and lose nothing, while all workers are replaced', async () => {
  const telnets = await Promise.all(Array.from({ length: 4 }, () => Connection.open(tsd.port)));
  const streams = telnets.map((connection, i) => new Stream(connection, `t${i}`));
  const failures: string[] = [];
  let requests = 0;
  let running = true;
  const clients = Array.from({ length: 4 }, async (_, client) => {
    const connection = await Connection.open(tsd.port);
    for (let n = 0; running; n++) {
      const body = JSON.stringify([{ metric: 'moved.http', timestamp: BASE + n, value: n, tags: { series: `h${client}` } }]);
      connection.send(requestBytes('/api/put?sync&details', { body }));
      const answer = await connection.answer();
      if (answer.status !== 200 || answer.headers.connection === 'close') failures.push(`${answer.head} ${answer.text}`);
      requests++;
    }
    connection.close();
  });
  const idle = await Connection.open(tsd.port);
  idle.send(requestBytes('/api/version'));
  expect((await idle.answer()).status).toBe(200);
  const silent = await Connection.open(tsd.port);
  try {
    await until(() => requests > 50 && streams.every(({ sent }) => sent > 500));
    await replace();
    await replace();
  } finally {
    running = false;
    for (const stream of streams) stream.running = false;
  }
  await Promise.all([...clients, ...streams.map(({ done }) => done)]);
  expect(failures).toEqual([]);
  for (const connection of telnets) expect(connection.received.toString()).toMatch(/^net\.opentsdb\.tools [^\n]*\nBuilt on [^\n]*\n$/);
  // Connections on which nothing happened are still there.
  idle.send(requestBytes('/api/version'));
  expect((await idle.answer()).status).toBe(200);
  silent.send('version\n');
  await silent.until(() => /Built on .*\n/.test(silent.received.toString()));

  const sent = streams.reduce((sum, stream) => sum + stream.sent, 0);
  await until(async () => (await tsd.count('moved.telnet')) === sent);
  expect(await tsd.count('moved.http')).toBe(requests);
  for (const connection of [...telnets, idle, silent]) connection.close();
  expect(tsd.daemon.output).not.toMatch(/ERROR/);
}, 120_000);

it('a connection on which the rest of a refused body may still come ends: nobody else could know it for that', async () => {
  const connection = await Connection.open(tsd.port);
  connection.send('POST /api/put HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n8\r\nnot gzip\r\n');
  expect((await connection.answer()).status).toBe(400);
  await replace();
  connection.send(`1c\r\n\r\nGET /api/version HTTP/1.1\r\n\r\n\r\n0\r\n\r\n`);
  expect((await connection.toEnd()).toString()).toBe('');
});

it('spreads the connections that clients keep evenly when workers have been replaced, or one has died', async () => {
  const connections = await Promise.all(Array.from({ length: 3 * WORKERS }, () => Connection.open(tsd.port)));
  const said = (connection: Connection): number => connection.received.toString().split('Built on').length - 1;
  const all = async (): Promise<void> => {
    const open = connections.filter(({ ended }) => !ended);
    const before = open.map(said);
    for (const connection of open) connection.send('version\n');
    await Promise.all(open.map((connection, i) => connection.until(() => said(connection) > before[i])));
  };
  const spread = (): number[] => [...tsd.workers().values()].map((pid) => connectionsOf(pid, tsd.port)).sort();
  await all();
  await replace();
  await until(() => spread().join() === '3,3,3');
  await all();
  // The connections of one that dies are gone; its place gets some of the others.
  await tsd.kill(2);
  await until(() => spread().join() === '2,2,2');
  await all();
  expect(connections.filter(({ ended }) => ended)).toHaveLength(3);
  for (const connection of connections) connection.close();
});

/** Points of a flood at the most: more would only make the count at its end take longer. */
const MOST_OF_A_FLOOD = 400_000;

/** Sends numbered points on one telnet connection, in pieces that take several reads: mostly there is more to be read of it. */
async function flood(connection: Connection, series: string, runs: () => boolean): Promise<number> {
  let sent = 0;
  while (runs() && sent < MOST_OF_A_FLOOD) {
    const lines = Array.from({ length: 4000 }, (_, i) => `put moved.flood ${BASE + sent + i} ${i} series=${series}\n`);
    sent += lines.length;
    connection.send(lines.join(''));
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  connection.send('version\n');
  await connection.until(() => /Built on .*\n/.test(connection.received.toString()));
  return sent;
}

it('telnet clients that send much at once lose nothing', async () => {
  const connections = await Promise.all(Array.from({ length: 4 }, () => Connection.open(tsd.port)));
  let running = true;
  const floods = connections.map((connection, i) => flood(connection, `f${i}`, () => running));
  await replace().finally(() => (running = false));
  const sent = (await Promise.all(floods)).reduce((sum, count) => sum + count, 0);
  await until(async () => (await tsd.figures()).get('tsd.write.buffer.points') === 0);
  // Points whose names a new worker has still to look up are not in a buffer yet.
  await until(async () => (await tsd.count('moved.flood')) === sent, `${sent} points are stored`);
  for (const connection of connections) connection.close();
}, 120_000);

it('a stop while workers are being replaced takes what clients had sent', async () => {
  const connections = await Promise.all(Array.from({ length: 4 }, () => Connection.open(tsd.port)));
  const replacing = tsd.daemon.output.split('another one takes its place').length;
  let running = true;
  let sent = 0;
  const clients = connections.map(async ({ socket }, client) => {
    for (let n = 0; running && n < MOST_OF_A_FLOOD; n += 100) {
      const lines = Array.from({ length: 100 }, (_, i) => `put moved.stop ${BASE + n + i} ${i} series=s${client}\n`);
      await new Promise<void>((taken, lost) => socket.write(lines.join(''), (error) => (error ? lost(error) : taken())));
      sent += lines.length;
      // A write that the system takes at once is told by a microtask: with a daemon that keeps up, no timer would ever have its turn.
      await turns(1);
    }
  });
  tsd.daemon.child.kill('SIGUSR2');
  await until(() => tsd.daemon.output.split('another one takes its place').length > replacing).finally(() => (running = false));
  await Promise.all(clients);
  expect(await tsd.stop()).toBe(143);
  await tsd.again();
  expect(await tsd.count('moved.stop')).toBe(sent);
  for (const connection of connections) connection.close();
}, 120_000);

it('ends in order while workers are being replaced', async () => {
  tsd.daemon.child.kill('SIGUSR2');
  await until(() => /another one takes its place/.test(tsd.daemon.output.split('Replacing 3 workers').at(-1) ?? ''));
  expect(await tsd.stop()).toBe(143);
  expect([...tsd.workers()]).toEqual([]);
});
