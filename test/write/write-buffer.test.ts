import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { DoNotRetryError, RetryableError, ThrottleError, type StorageError } from '../../src/storage';
import type { PointSink } from '../../src/write';
import { openTempStore, type TempStore } from '../support/temp-store';
import { cellsOf, writingOn, type Writing } from './support/data-table';
import { Door, UnrulyStorage } from './support/unruly-storage';
import { figuresOf } from '../support/figures';
import { turns, until } from '../support/until';

let store: TempStore;
let unruly: UnrulyStorage;
let writing: Writing;

const T0 = 1699999200;

async function start(settings: Record<string, string> = {}): Promise<void> {
  writing = writingOn(unruly.storage, settings);
  const first = writing.writer.addPoint({ metric: 'm', timestamp: String(T0), value: '0', tags: new Map([['host', 'a']]) }, 'telnet');
  await writing.writer.flush();
  await first;
  for (const host of ['b', 'c']) await writing.uids.getOrCreateId('tagv', host);
  unruly.writes.length = 0;
}

/** By the fast path where it is open, else by the slow one. */
function send(text: string, sink: PointSink | null = null): void {
  const line = Buffer.from(text);
  if (writing.writer.addLine(line, 0, line.length, 'telnet', sink)) return;
  const [metric, timestamp, value, ...tags] = text.split(' ');
  const map = new Map(tags.map((tag) => tag.split('=') as [string, string]));
  expect(writing.writer.submitPoint({ metric, timestamp: Number(timestamp), value, tags: map }, 'telnet', sink)).toBeUndefined();
}

class Sink implements PointSink {
  points = 0;
  failures: [string, number][] = [];
  failed(error: StorageError, points: number): void {
    this.failures.push([error.message, points]);
  }
  stored(points: number): void {
    this.points += points;
  }
}

beforeEach(async () => {
  store = await openTempStore();
  unruly = new UnrulyStorage(store.storage);
});
afterEach(async () => {
  await writing.writer.close();
  await store.close();
});

const values = async (): Promise<string[]> => (await cellsOf(store.storage)).map((cell) => cell.slice(cell.indexOf(' ') + 1));

describe('the write buffer', () => {
  it('groups the cells of a row, and lets the last write of a qualifier win', async () => {
    await start();
    for (let i = 0; i < 10; i++) send(`m ${T0 + 1} ${i} host=a`);
    send(`m ${T0 + 2} 5 host=b`);
    await writing.writer.flush();
    expect(unruly.writes).toEqual([{ table: 'tsdb', rows: 2, cells: 11 }]);
    expect(await values()).toEqual(['0000=00', '0010=09', '0020=05']);
  });

  it('sends before the time is up when there are enough cells, several requests at once, never one row twice', async () => {
    await start({ 'hbase.rpcs.batch.size': '10', 'hbase.rpcs.buffered_flush_interval': '60000' });
    const door = new Door();
    door.shut();
    const flying = new Map<string, number>();
    unruly.before = async (_table, rows) => {
      for (const { row } of rows) {
        const key = row.toString('hex');
        expect(flying.get(key) ?? 0).toBe(0);
        flying.set(key, 1);
      }
      await door.pass();
      for (const { row } of rows) flying.set(row.toString('hex'), 0);
    };
    for (let i = 0; i < 10; i++) send(`m ${T0 + i} 1 host=a`);
    expect(unruly.writes).toHaveLength(1);
    // The row of a is under way: its cells wait, those of others go.
    for (let i = 0; i < 30; i++) send(`m ${T0 + i} 2 host=a`);
    for (let i = 0; i < 10; i++) send(`m ${T0 + i} 3 host=b`);
    expect(unruly.writes).toHaveLength(2);
    door.release();
    await writing.writer.flush();
    expect(unruly.most).toBe(2);
    const cells = await values();
    expect(cells.slice(0, 30).every((cell) => cell.endsWith('=02'))).toBe(true);
    expect(cells.slice(30).every((cell) => cell.endsWith('=03'))).toBe(true);
    expect(cells).toHaveLength(40);
  });

  it('keeps to the interval that the operator set', async () => {
    await start({ 'hbase.rpcs.buffered_flush_interval': '400' });
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    send(`m ${T0 + 1} 1 host=a`);
    jest.advanceTimersByTime(399);
    expect(unruly.writes).toHaveLength(0);
    jest.advanceTimersByTime(1);
    expect(unruly.writes).toHaveLength(1);
    jest.useRealTimers();
  });

  it('tells everyone concerned what became of their points, each their number', async () => {
    await start();
    const [first, second] = [new Sink(), new Sink()];
    unruly.before = (_table, rows) =>
      rows.flatMap(({ row }, index) => (row.at(-1) === 2 ? [{ index, error: new DoNotRetryError('no such region') }] : []));
    for (let i = 0; i < 3; i++) send(`m ${T0 + i} 1 host=a`, first);
    for (let i = 0; i < 2; i++) send(`m ${T0 + i} 1 host=b`, first);
    send(`m ${T0 + 9} 1 host=b`, second);
    await writing.writer.flush();
    expect([first.points, first.failures]).toEqual([3, [['no such region', 2]]]);
    expect([second.points, second.failures]).toEqual([0, [['no such region', 1]]]);
  });

  it('reports a store that throws as a failure of every row', async () => {
    await start();
    const sink = new Sink();
    unruly.before = () => Promise.reject(new Error('broken'));
    send(`m ${T0 + 1} 1 host=a`, sink);
    await writing.writer.flush();
    expect(sink.failures).toEqual([['broken', 1]]);
  });

  it('tries passing failures again, in order with what came since', async () => {
    await start();
    const sink = new Sink();
    let failures = 3;
    unruly.before = (_table, rows) =>
      failures-- > 0 ? rows.map((_, index) => ({ index, error: new RetryableError('region is moving') })) : undefined;
    send(`m ${T0 + 1} 1 host=a`, sink);
    await until(() => failures < 3);
    send(`m ${T0 + 1} 2 host=a`, sink);
    await writing.writer.flush();
    expect(failures).toBeLessThan(0);
    expect([sink.points, sink.failures]).toEqual([2, []]);
    expect(await values()).toEqual(['0000=00', '0010=02']);
  });

  it('appends in order, one cell a row, also after failures', async () => {
    writing = writingOn(unruly.storage, { 'tsd.storage.enable_appends': 'true' });
    let failures = 0;
    unruly.before = (_table, rows) =>
      failures-- > 0 ? rows.map((_, index) => ({ index, error: new RetryableError('region is moving') })) : undefined;
    const point = (at: number, value: string): Promise<void> =>
      writing.writer.addPoint({ metric: 'm', timestamp: String(at), value, tags: new Map([['host', 'a']]) }, 'telnet');
    await point(T0, '5');
    failures = 1;
    send(`m ${T0 + 1} 42.5 host=a`);
    send(`m ${T0 * 1000 + 500} 6 host=a`);
    await until(() => failures < 1);
    send(`m ${T0 + 2} 300 host=a`);
    await writing.writer.flush();
    expect(await values()).toEqual(['050000=' + '000005' + '001b422a0000' + 'f0007d0006' + '0021012c']);
    expect(unruly.writes.every(({ rows, cells }) => rows === cells)).toBe(true);
  });

  it('stores what was given, whatever the order of flushes and failures', async () => {
    await start({ 'hbase.rpcs.batch.size': '3', 'hbase.rpcs.buffered_flush_interval': '1' });
    const point = fc.record({
      host: fc.constantFrom('a', 'b', 'c'),
      second: fc.integer({ min: 1, max: 5 }),
      value: fc.nat(100),
      pause: fc.nat(9),
    });
    let turn = 0;
    unruly.before = async (_table, rows) => {
      await turns(turn++ % 3);
      return rows.flatMap((_, index) => ((turn + index) % 4 === 0 ? [{ index, error: new RetryableError('again') }] : []));
    };
    const expected = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 30 }), async (points) => {
        for (const { host, second, value, pause } of points) {
          send(`m ${T0 + second} ${value} host=${host}`);
          expected.set(`${host} ${second}`, value);
          if (pause === 0) await sleep(1); // the time of a flush
        }
      }),
      { numRuns: 20 },
    );
    await writing.writer.flush();
    const stored = new Map<string, number>();
    for (const cell of await cellsOf(store.storage)) {
      const [key, qualifier, value] = cell.split(/[ =]/);
      stored.set(`${'?abc'[Number(`0x${key.slice(-2)}`)]} ${parseInt(qualifier, 16) >> 4}`, parseInt(value, 16));
    }
    stored.delete('a 0');
    expect(stored).toEqual(expected);
  });
});

describe('the byte budget', () => {
  it('stops and starts writers at the soft mark, in turns, and refuses points at the hard mark', async () => {
    await start({ 'tsd.storage.write_buffer.bytes': '40000' });
    const door = new Door();
    door.shut();
    unruly.before = door.pass;
    const { writer } = writing;
    for (let i = 0; writer.accepting; i++) send(`m ${T0 + i} 1 host=a`);
    const order: number[] = [];
    for (let i = 0; i < 5; i++) void writer.mayWrite().then(() => order.push(i));
    await turns(20);
    expect(order).toEqual([]);
    let sent = 0;
    expect(() => {
      for (; sent < 10_000; sent++) send(`m ${T0 * 1000 + sent} 1 host=b`);
    }).toThrow(ThrottleError);
    expect(sent).toBeGreaterThan(100);
    door.release();
    await writer.flush();
    await until(() => order.length === 5);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    send(`m ${T0} 1 host=b`);
  });

  it('comes back to nothing', async () => {
    await start();
    for (let i = 0; i < 5000; i++) send(`m ${T0 + (i % 7200)} ${i}.5 host=${'abc'[i % 3]}`);
    await writing.writer.flush();
    const figures = figuresOf(writing.writer);
    expect(['bytes', 'points', 'rows', 'age_ms'].map((name) => figures[`write.buffer.${name}`])).toEqual([0, 0, 0, 0]);
    expect(figures['datapoints.added type=all class=TSDB']).toBe(5001);
  });

  it('refuses what comes after the close', async () => {
    await start();
    await writing.writer.close();
    await expect(
      writing.writer.addPoint({ metric: 'm', timestamp: '1', value: '1', tags: new Map([['host', 'a']]) }, 'telnet'),
    ).rejects.toThrow(ThrottleError);
  });
});

describe('a region that is away', () => {
  const figure = (name: string): number => figuresOf(writing.writer)[`write.buffer.${name}`];
  const isOfC = (row: Buffer): boolean => row.subarray(-3).toString('hex') === '000003';

  it('holds neither what went to the others, nor the places of requests', async () => {
    await start({ 'hbase.rpcs.batch.size': '3', 'hbase.rpcs.buffered_flush_interval': '5' });
    unruly.away = isOfC;
    unruly.awayDoor.shut();
    const [here, there] = [new Sink(), new Sink()];
    // Each request has a row of the region: twice as many as may be under way at once.
    for (let hour = 0; hour < 8; hour++) {
      const time = T0 + hour * 3600;
      for (const host of ['a', 'b', 'c']) send(`m ${time} 1 host=${host}`, host === 'c' ? there : here);
    }
    await until(() => here.points >= 16);
    expect([here.points, there.points]).toEqual([16, 0]);
    expect(figure('rows')).toBe(8);
    expect(figure('points')).toBe(8);
    // A row that is done takes new points, one that is not keeps them behind those under way.
    send(`m ${T0} 2 host=a`, here);
    send(`m ${T0} 2 host=c`, there);
    await until(() => here.points >= 17);
    expect([here.points, there.points]).toEqual([17, 0]);
    unruly.awayDoor.release();
    await writing.writer.flush();
    expect([here.failures, there.failures]).toEqual([[], []]);
    expect(there.points).toBe(9);
    expect([figure('bytes'), figure('points'), figure('rows')]).toEqual([0, 0, 0]);
    expect((await values()).filter((cell) => cell === '0000=02')).toHaveLength(2);
  });

  it('fails its own points alone', async () => {
    await start();
    unruly.away = isOfC;
    unruly.awayDoor.shut();
    unruly.awayError = new DoNotRetryError('Region is gone');
    const [here, there] = [new Sink(), new Sink()];
    for (let i = 0; i < 5; i++) for (const host of ['a', 'b', 'c']) send(`m ${T0 + i} 1 host=${host}`, host === 'c' ? there : here);
    await until(() => here.points >= 10);
    expect([here.points, there.failures]).toEqual([10, []]);
    unruly.awayDoor.release();
    await writing.writer.flush();
    expect(there.failures).toEqual([['Region is gone', 5]]);
    expect([here.failures, figure('bytes')]).toEqual([[], 0]);
  });
});

it('announces each row that got points, once they are stored', async () => {
  await start();
  const rows: string[] = [];
  writing.writer.onRowsWritten((written) => {
    for (let i = 0; i < written.size; i++) rows.push(`${written.key(i).toString('hex')} ${written.uint32(i, 3)}`);
  });
  for (let i = 0; i < 50; i++) send(`m ${T0 + i} 1 host=a`);
  send(`m ${T0 + 3600} 1 host=a`);
  const key = Buffer.from(`000001${T0.toString(16)}000001000001`, 'hex');
  expect([rows, writing.writer.isWriting(key)]).toEqual([[], true]);
  await writing.writer.flush();
  expect([rows.length, writing.writer.isWriting(key)]).toEqual([2, false]);
  send(`m ${T0 + 60} 1 host=a`);
  await writing.writer.flush();
  const hour = (base: number): string => `000001${base.toString(16)}000001000001 ${base}`;
  expect(rows).toEqual([hour(T0), hour(T0 + 3600), hour(T0)]);
});
