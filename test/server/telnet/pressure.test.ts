import { once } from 'node:events';
import type { Socket } from 'node:net';
import { DoNotRetryError, ThrottleError } from '../../../src/storage';
import { figuresOf } from '../../support/figures';
import { openTempStore, type TempStore } from '../../support/temp-store';
import { cellsOf } from '../../write/support/data-table';
import { Door, UnrulyStorage } from '../../write/support/unruly-storage';
import { TelnetTsd } from './support/telnet-tsd';
import { turns, until } from '../../support/until';

let store: TempStore;
let unruly: UnrulyStorage;
let tsd: TelnetTsd;

const T0 = 1699999200;
const BUDGET = 400_000;

async function serve(settings: Record<string, string> = {}): Promise<void> {
  tsd = await new TelnetTsd(unruly.storage, settings).listen();
  // Names are known from here on.
  expect(await tsd.talk(`put m ${T0} 0 host=a\nput m ${T0} 0 host=b\n`)).toBe('');
  await tsd.writing.writer.flush();
}

async function dial(): Promise<{ socket: Socket; heard: () => string }> {
  const socket = tsd.open();
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  await once(socket, 'connect');
  return { socket, heard: () => text };
}

beforeEach(async () => {
  store = await openTempStore();
  unruly = new UnrulyStorage(store.storage);
});
afterEach(async () => {
  unruly.before = () => undefined;
  await tsd.close();
  await store.close();
});

const lines = (host: string, from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `put m ${T0 * 1000 + from + i} ${i % 100} host=${host}\n`).join('');

describe('storage that fails later', () => {
  it('is told to the client, a line for each point', async () => {
    await serve();
    unruly.before = (_table, rows) => rows.map((_, index) => ({ index, error: new DoNotRetryError('Region is gone') }));
    const { socket, heard } = await dial();
    socket.write(lines('a', 0, 3));
    await until(() => heard().split('\n').length > 3);
    expect(heard()).toBe('put: HBase error: Region is gone\n'.repeat(3));
    expect(tsd.counters.ingest.hbaseErrors).toBe(3);
    socket.destroy();
  });

  it('is kept from the client with return_errors = false, unlike bad input', async () => {
    await serve({ 'tsd.rpc.telnet.return_errors': 'false' });
    unruly.before = (_table, rows) => rows.map((_, index) => ({ index, error: new DoNotRetryError('Region is gone') }));
    const { socket, heard } = await dial();
    socket.write(`${lines('a', 0, 3)}put m 0 1 a=b\n`);
    await until(() => tsd.counters.ingest.hbaseErrors === 3 && heard() !== '');
    await turns(10);
    expect(heard()).toBe('put: illegal argument: invalid timestamp: 0\n');
    expect(tsd.counters.ingest.hbaseErrors).toBe(3);
    socket.destroy();
  });

  it('does not pile up lines for a client that does not read', async () => {
    await serve();
    const { socket } = await dial();
    socket.pause();
    // The replies have the value in them.
    const bad = `put m ${T0} ${'x'.repeat(900)} a=b\n`.repeat(200);
    await until(() => {
      if (!socket.writableNeedDrain) socket.write(bad);
      return tsd.counters.ingest.socketWritesBlocked > 0;
    });
    socket.destroy();
  });
});

describe('storage that stands still', () => {
  it('slows firehoses down to nothing, keeps a quiet client waiting no longer than them, and loses nothing', async () => {
    await serve({ 'tsd.storage.write_buffer.bytes': String(BUDGET) });
    const door = new Door();
    door.shut();
    unruly.before = door.pass;
    const hoses = await Promise.all(Array.from({ length: 4 }, dial));
    const COUNT = 60_000;
    hoses.forEach(({ socket }, i) => socket.write(lines('a', i * COUNT, COUNT)));
    const { writer } = tsd.writing;
    const figure = (name: string): number => figuresOf(writer)[`write.buffer.${name}`];
    await until(() => !writer.accepting && figure('waiting_clients') === 4);
    const held = figure('bytes');
    expect(held).toBeLessThan(BUDGET);
    await until(() => figure('age_ms') > 100);
    expect(figure('bytes')).toBe(held);
    expect(figure('waiting_clients')).toBe(4);

    const quiet = await dial();
    quiet.socket.write(lines('b', 0, 10));
    door.release();
    for (const { socket } of [...hoses, quiet]) socket.end('version\n');
    await Promise.all([...hoses, quiet].map(({ socket }) => once(socket, 'close')));
    await writer.flush();
    for (const { heard } of [...hoses, quiet]) expect(heard()).toMatch(/^net\.opentsdb[^\n]*\n[^\n]*\n$/);
    const cells = await cellsOf(store.storage);
    expect(cells).toHaveLength(4 * COUNT + 10 + 2);
  }, 120_000);

  it('throttling by the store itself is waited for, not passed on', async () => {
    await serve();
    let refusals = 3;
    unruly.before = (_table, rows) =>
      refusals-- > 0 ? rows.map((_, index) => ({ index, error: new ThrottleError('slow down') })) : undefined;
    expect(await tsd.talk(lines('a', 0, 100))).toBe('');
    await tsd.writing.writer.flush();
    expect(await cellsOf(store.storage)).toHaveLength(102);
  });
});

describe('a daemon that stops', () => {
  it('handles what it has received, and ends the connections', async () => {
    await serve();
    const COUNT = 20_000;
    const { socket } = await dial();
    socket.write(lines('a', 0, COUNT));
    socket.on('end', () => socket.end());
    const closed = once(socket, 'close');
    await until(() => tsd.connections.length === 2);
    await Promise.all(tsd.connections.map((connection) => connection.drain(16 << 20)));
    await closed;
    await tsd.writing.writer.close();
    expect(await cellsOf(store.storage)).toHaveLength(COUNT + 2);
  });
});

describe('a connection that is given away', () => {
  it.each(['', 'put m 1'])('goes with what was read of it and not handled, once (behind "%s")', async (before) => {
    await serve();
    const { socket } = await dial();
    socket.write(`version\n${before}`);
    await until(() => tsd.connections.length === 2);
    const ours = tsd.socketOf(socket);
    await until(() => ours.bytesRead === socket.bytesWritten);
    ours.pause();
    // The end of a piece may be anywhere.
    const piece = '699999200 1 host=a\nput m 16';
    socket.write(piece);
    await until(() => ours.readableLength === piece.length);
    expect((await tsd.connections[1].letGo())?.toString()).toBe(before + piece);
    expect(tsd.counters.rpc.telnetReceived).toBe(3);
    socket.destroy();
  });
});
