import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DoNotRetryError, TableNotFoundError } from '../../../src/storage';
import { NO_PLUGINS, type PluginPoint, type RawCell } from '../../../src/write';
import { openTempStore, type TempStore } from '../../support/temp-store';
import { cellsOf } from '../support/data-table';
import { MoodyStorage } from './support/moody-storage';
import { turns, until } from '../../support/until';
import { spoolingOn, type Options, type Spooling } from './support/spooling';

jest.setTimeout(60_000);

const T0 = 1699999200;
let store: TempStore;
let moody: MoodyStorage;
let path: string;
let open: Spooling[];

beforeEach(async () => {
  store = await openTempStore();
  moody = new MoodyStorage(store.storage);
  path = mkdtempSync(join(tmpdir(), 'spool-'));
  open = [];
});
afterEach(async () => {
  moody.mood = 'well';
  for (const { writer } of open) await writer.close();
  await store.close();
  rmSync(path, { recursive: true, force: true });
});

async function spooling(options?: Options): Promise<Spooling> {
  const made = await spoolingOn(moody.storage, path, { isWell: () => moody.mood === 'well', ...options });
  open.push(made);
  return made;
}

const values = async (): Promise<string[]> => (await cellsOf(store.storage)).map((cell) => cell.split('=')[1]);
/** Resolves when everything is in storage, and the spool knows that it is: what is new goes past it. */
const empty = ({ figure }: Spooling): Promise<void> =>
  until(
    () => figure('spool.bytes_total') === 0 && ['names', 'tsdb', 'tsdb-uid'].every((table) => !(figure(`spool.age_ms table=${table}`) > 0)),
  );

describe('points that storage does not take', () => {
  test.each(['away', 'silent'] as const)('are kept while it is %s, count as stored, and come when it is back', async (mood) => {
    const tsd = await spooling({ spool: { longestPauseMs: 1000 } });
    await tsd.add(T0, '0');
    await empty(tsd);
    tsd.log.length = 0;
    moody.mood = mood;
    await Promise.all(Array.from({ length: 50 }, (_, i) => tsd.add(T0 + 1 + i, String(i + 1))));
    expect(tsd.figure('spool.away table=tsdb')).toBe(1);
    // Not a call of storage stands between these and the disk, but for a look now and then.
    const { put } = moody.calls;
    const began = Date.now();
    for (let i = 51; i < 110; i++) await tsd.add(T0 + i, String(i));
    // A try of the replay and one of new points each second, and the replay's first ones, which come faster.
    expect(moody.calls.put - put).toBeLessThan(10 + (2 * (Date.now() - began)) / 1000);
    expect(await values()).toEqual(['00']);
    moody.mood = 'well';
    await empty(tsd);
    expect(await values()).toEqual(Array.from({ length: 110 }, (_, i) => i.toString(16).padStart(2, '0')));
    expect(tsd.figure('spool.away table=tsdb')).toBe(0);
    expect(tsd.figure('spool.replayed table=tsdb')).toBeGreaterThanOrEqual(109);
    expect(tsd.figure(`spool.points table=tsdb type=${mood === 'away' ? 'unavailable' : 'timeout'}`)).toBeGreaterThan(0);
    expect(tsd.figure('write.failed type=timeout')).toBe(0);
    await tsd.add(T0 + 110, '110');
    expect(tsd.figure('spool.points table=tsdb type=behind')).toBeLessThan(110);
    expect(tsd.log.filter((line) => line.includes('Storage does not take points'))).toHaveLength(1);
    expect(tsd.log.filter((line) => line.includes('All spooled points'))).toHaveLength(1);
  });

  test('a passing failure that is shorter than the deadline leaves no trace', async () => {
    const tsd = await spooling({ spool: { afterMs: 5000 } });
    await tsd.add(T0, '0');
    await empty(tsd);
    moody.mood = 'away';
    const { put } = moody.calls;
    const waiting = tsd.add(T0 + 1, '1');
    await until(() => moody.calls.put > put + 1);
    moody.mood = 'well';
    await waiting;
    expect(await values()).toEqual(['00', '01']);
    expect(tsd.log).toEqual([]);
  });

  test('points of a row that is refused for good wait alone, without a hot loop, and later ones stay behind them', async () => {
    const tsd = await spooling({ spool: { longestPauseMs: 300 } });
    await tsd.add(T0, '0');
    await tsd.add(T0, '0', 'b');
    await empty(tsd);
    const [bad] = (await cellsOf(store.storage)).map((cell) => cell.split(' ')[0]);
    const tries: number[] = [];
    moody.refuse = (_table, rows) => {
      if (!rows.some(({ row }) => row.toString('hex') === bad)) return null;
      tries.push(performance.now());
      return new DoNotRetryError('Region is broken');
    };
    await tsd.add(T0 + 1, '1');
    await tsd.add(T0 + 1, '2');
    await tsd.add(T0 + 1, '3', 'b');
    expect(await values()).toEqual(['00', '00', '03']);
    expect(tsd.figure('spool.away table=tsdb')).toBe(0);
    tries.length = 0;
    await until(() => tries.length === 4);
    expect(Math.min(...tries.slice(1).map((time, i) => time - tries[i]))).toBeGreaterThan(290);
    moody.refuse = () => null;
    await empty(tsd);
    expect(await values()).toEqual(['00', '02', '00', '03']);
    expect(tsd.figure('spool.points table=tsdb type=refused')).toBe(1);
    expect(tsd.figure('spool.points table=tsdb type=behind')).toBe(1);
  });

  test('a table that is gone takes nothing, and is not asked for each point', async () => {
    const tsd = await spooling({ spool: { longestPauseMs: 1000 } });
    await tsd.add(T0, '0');
    await empty(tsd);
    moody.refuse = (table) => new TableNotFoundError(`no table ${table}`);
    const { put } = moody.calls;
    const began = Date.now();
    for (let i = 1; i < 30; i++) await tsd.add(T0 + i, String(i));
    // The first one, and a look now and then.
    expect(moody.calls.put - put).toBeLessThan(10 + (2 * (Date.now() - began)) / 1000);
    moody.refuse = () => null;
    await empty(tsd);
    expect(await values()).toHaveLength(30);
  });

  test('rewritten points keep the value that came last, whatever the moods in between', async () => {
    const tsd = await spooling();
    for (let round = 0; round < 12; round++) {
      moody.mood = (['well', 'away', 'well', 'silent'] as const)[round % 4];
      const added = [0, 1, 2].map((host) => tsd.add(T0, String(round), `h${host}`));
      const all = Promise.all(added);
      if (round % 3 === 0) await turns(1);
      else await all;
    }
    moody.mood = 'well';
    await tsd.writer.flush();
    await empty(tsd);
    await tsd.writer.flush();
    expect(await values()).toEqual(['0b', '0b', '0b']);
  });

  test('appends and cell timestamps come out of the spool as they went in', async () => {
    const appending = await spooling({ config: { 'tsd.storage.enable_appends': 'true' } });
    await appending.add(T0, '0');
    await empty(appending);
    moody.mood = 'away';
    await Promise.all([appending.add(T0 + 1, '1'), appending.add(T0 + 2, '2')]);
    await appending.add(T0 + 3, '3');
    moody.mood = 'well';
    await empty(appending);
    expect((await cellsOf(store.storage)).map((cell) => cell.split(' ')[1])).toEqual([
      '050000=' + '000000' + '001001' + '002002' + '003003',
    ]);
    await appending.writer.close();

    const timed = await spooling({ config: { 'tsd.storage.use_otsdb_timestamp': 'true' } });
    moody.mood = 'away';
    await timed.add(T0 + 7200, '1');
    moody.mood = 'well';
    await empty(timed);
    const times: number[] = [];
    for await (const rows of store.storage.scan('tsdb', { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
      for (const row of rows) times.push(Number(row.timestamp(0)));
    expect(times).toContain((T0 + 7200) * 1000);
  });
});

describe('cells of other tables and families, and deletes', () => {
  const family = Buffer.from('name');
  const other = Buffer.from('id');
  const row = Buffer.from('a row');
  const meta = (qualifier: string, value: string, extra: Partial<RawCell> = {}): RawCell => ({
    table: 'tsdb-uid',
    family,
    row,
    qualifier: Buffer.from(qualifier),
    value: Buffer.from(value),
    ...extra,
  });
  const stored = async (of = family): Promise<string[]> => {
    const found = await store.storage.get('tsdb-uid', { row, family: of });
    return Array.from({ length: found?.size ?? 0 }, (_, i) => `${found!.qualifier(i).toString()}=${found!.value(i).toString()}`);
  };
  const add = (tsd: Spooling, cell: RawCell): Promise<void> =>
    new Promise((resolve, reject) => tsd.writer.addCell(cell, { stored: () => resolve(), failed: reject }));

  test('come out in the family that they went into', async () => {
    const tsd = await spooling();
    moody.mood = 'away';
    await Promise.all([
      add(tsd, meta('q1', '1')),
      add(tsd, meta('q1', '2', { family: other })),
      add(tsd, meta('q2', '3')),
      add(tsd, meta('q2', '4', { family: other, timestamp: 77_000 })),
    ]);
    expect(tsd.figure('spool.bytes table=tsdb-uid')).toBeGreaterThan(0);
    moody.mood = 'well';
    await empty(tsd);
    expect(await stored()).toEqual(['q1=1', 'q2=3']);
    expect(await stored(other)).toEqual(['q1=2', 'q2=4']);
    const timed = await store.storage.get('tsdb-uid', { row, family: other, qualifiers: [Buffer.from('q2')] });
    expect(Number(timed?.timestamp(0))).toBe(77_000);
  });

  test('come out in it after a restart', async () => {
    const first = await spooling();
    moody.mood = 'away';
    await Promise.all([add(first, meta('q', '1')), add(first, meta('q', '2', { family: other }))]);
    await first.writer.close();
    moody.mood = 'well';
    await empty(await spooling());
    expect([await stored(), await stored(other)]).toEqual([['q=1'], ['q=2']]);
  });

  test('a delete stays behind what was put before it, and before what is put after it', async () => {
    const tsd = await spooling();
    await add(tsd, meta('old', '0'));
    moody.mood = 'away';
    await add(tsd, meta('q1', '1'));
    await add(tsd, meta('q2', '2'));
    expect(await tsd.writer.delete('tsdb-uid', [{ row, family, qualifiers: [Buffer.from('q1'), Buffer.from('old')] }])).toEqual([]);
    expect(await stored()).toEqual(['old=0']);
    await add(tsd, meta('q3', '3'));
    moody.mood = 'well';
    await empty(tsd);
    expect(await stored()).toEqual(['q2=2', 'q3=3']);
  });

  test('a row that is deleted and written again has what came last', async () => {
    const tsd = await spooling();
    moody.mood = 'away';
    for (let round = 1; round <= 5; round++) {
      await add(tsd, meta(`q${round}`, 'gone'));
      await tsd.writer.delete('tsdb-uid', [{ row }]);
      await add(tsd, meta('q', String(round)));
    }
    moody.mood = 'well';
    await empty(tsd);
    expect(await stored()).toEqual(['q=5']);
  });

  test('a delete waits for what the buffer has of its rows', async () => {
    const tsd = await spooling({ config: { 'hbase.rpcs.buffered_flush_interval': '3600000' } });
    tsd.writer.addCell(meta('q', '1'), null);
    tsd.writer.addCell(meta('q', '2', { family: other }), null);
    await tsd.writer.delete('tsdb-uid', [{ row }]);
    expect([await stored(), await stored(other)]).toEqual([[], []]);
    await tsd.writer.flush();
    expect([await stored(), await stored(other)]).toEqual([[], []]);
  });

  test('cells with and without times share a row of the data table', async () => {
    const tsd = await spooling({ config: { 'tsd.storage.use_otsdb_timestamp': 'true' } });
    await tsd.add(T0, '1');
    const [point] = await cellsOf(store.storage);
    const key = Buffer.from(point.split(' ')[0], 'hex');
    const cell = { table: 'tsdb', family: Buffer.from('t'), row: key, qualifier: Buffer.from('060000', 'hex'), value: Buffer.of(9) };
    await Promise.all([tsd.add(T0 + 1, '2'), add(tsd, cell), tsd.add(T0 + 2, '3')]);
    const found = await store.storage.get('tsdb', { row: key });
    const times = Array.from({ length: found?.size ?? 0 }, (_, i) => Number(found!.timestamp(i)));
    expect(times.filter((time) => time <= (T0 + 2) * 1000)).toEqual([T0 * 1000, (T0 + 1) * 1000, (T0 + 2) * 1000]);
    expect(times).toHaveLength(4);
  });
});

describe('points whose names storage does not know yet', () => {
  test.each(['away', 'silent'] as const)('are kept by name while it is %s, and are assigned UIDs when it is back', async (mood) => {
    const tsd = await spooling();
    await tsd.add(T0, '0');
    await empty(tsd);
    tsd.log.length = 0;
    moody.mood = mood;
    await Promise.all([tsd.add(T0, '1', 'new'), tsd.add(T0 + 1, '2', 'new'), tsd.add(T0, '3', 'a', 'other')]);
    await tsd.add(T0 + 2, '4.5', 'new');
    // Points of known names go on as cells.
    await tsd.add(T0 + 1, '5');
    expect(tsd.figure('spool.bytes table=names')).toBeGreaterThan(0);
    moody.mood = 'well';
    await empty(tsd);
    await tsd.writer.flush();
    expect((await values()).sort()).toEqual(['00', '01', '02', '03', '05', '40900000']);
    expect(await store.storage.get('tsdb-uid', { row: Buffer.from('other') })).not.toBeNull();
    expect(tsd.figure('spool.replayed table=names')).toBe(4);
    // The fast path is open again.
    await tsd.add(T0 + 9, '9', 'new');
    const line = Buffer.from(`m ${T0 + 10} 10 host=new`);
    expect(tsd.writer.addLine(line, 0, line.length, 'telnet', null)).toBe(true);
  });

  test('what is wrong with the names themselves is told at once, or dropped and counted when it shows later', async () => {
    const tsd = await spooling({ config: { 'tsd.core.auto_create_metrics': 'false' } });
    await expect(tsd.add(T0, '0')).rejects.toThrow("No such name for 'metrics': 'm'");
    moody.mood = 'away';
    await expect(tsd.add(T0, '0', 'a', 'm!')).rejects.toThrow('Invalid metric');
    await tsd.add(T0, '0');
    moody.mood = 'well';
    await empty(tsd);
    expect(tsd.figure('spool.dropped table=names')).toBe(1);
    expect(await values()).toEqual([]);
  });

  test('a publisher and a filter see them once they are written', async () => {
    const seen: (number | bigint)[] = [];
    const plugins = {
      ...NO_PLUGINS,
      publisher: { publishDataPoint: (point: PluginPoint) => void seen.push(point.value) },
      filter: { filterDataPoints: () => true, allowDataPoint: (point: PluginPoint) => point.value !== 2 },
    };
    const tsd = await spooling({ plugins });
    moody.mood = 'away';
    await Promise.all([tsd.add(T0, '1'), tsd.add(T0 + 1, '2'), tsd.add(T0 + 2, '3')]);
    expect(seen).toEqual([]);
    moody.mood = 'well';
    await empty(tsd);
    await tsd.writer.flush();
    expect(seen).toEqual([1, 3]);
    expect(await values()).toEqual(['01', '03']);
  });
});

describe('the files', () => {
  test('stopping while storage is away is quick, and the next process brings everything', async () => {
    const first = await spooling({ spool: { afterMs: 600_000 } });
    await first.add(T0, '0');
    await empty(first);
    moody.mood = 'away';
    const { put } = moody.calls;
    const added = Promise.all([first.add(T0 + 1, '1'), first.add(T0, '2', 'new')].map((p) => p.catch((e: unknown) => e)));
    await until(() => moody.calls.put > put);
    await first.writer.close();
    expect((await added).filter((e) => e !== undefined)).toEqual([]);
    moody.mood = 'well';
    const second = await spooling();
    expect(second.log.some((line) => line.includes('are replayed'))).toBe(true);
    await second.add(T0 + 2, '3');
    await empty(second);
    await second.writer.flush();
    expect((await values()).sort()).toEqual(['00', '01', '02', '03']);
  });

  test('after a restart only rows that are in them wait', async () => {
    const first = await spooling({ spool: { longestPauseMs: 300 } });
    for (const host of ['a', 'b']) await first.add(T0, '0', host);
    await empty(first);
    const [bad] = (await cellsOf(store.storage)).map((cell) => cell.split(' ')[0]);
    const refuse = (_table: string, rows: readonly { row: Buffer }[]): Error | null =>
      rows.some(({ row }) => row.toString('hex') === bad) ? new DoNotRetryError('Region is broken') : null;
    moody.refuse = refuse;
    await first.add(T0 + 1, '1');
    await first.writer.close();

    const second = await spooling({ spool: { longestPauseMs: 300 } });
    // Whatever comes before the files have been read goes behind the row that can't be written, and what comes for its row later goes behind that.
    let n = 0;
    await until(async () => {
      await second.add(T0 + 1, '7', `c${++n}`);
      return (await values()).includes('07');
    });
    await second.add(T0 + 2, '2');
    expect((await values()).filter((value) => value !== '07')).toEqual(['00', '00']);
    moody.refuse = () => null;
    await empty(second);
    expect((await values()).slice(0, 3)).toEqual(['00', '01', '02']);
    expect((await values()).filter((value) => value === '07')).toHaveLength(n);
  });

  test('are bounded: beyond, points wait in the buffer, and are refused when that is full', async () => {
    const config = { 'tsd.storage.write_buffer.bytes': '20000', 'hbase.rpcs.buffered_flush_interval': '5' };
    const tsd = await spooling({ spool: { maxBytes: 4000, afterMs: 30 }, config });
    await tsd.add(T0, '0');
    await empty(tsd);
    moody.mood = 'away';
    let taken = 0;
    let refused: unknown = null;
    const failed: unknown[] = [];
    for (let i = 1; refused === null && i < 20_000; i++) {
      try {
        const sink = { failed: (error: Error) => void failed.push(error) };
        await tsd.writer.submitPoint({ metric: 'm', timestamp: T0 + i, value: '1', tags: new Map([['host', 'a']]) }, 'telnet', sink);
        taken = i;
      } catch (error) {
        refused = error;
      }
      if (i % 20 === 0) await sleep(1);
    }
    expect((refused as Error).message).toMatch(/bytes of data points are waiting for storage/);
    expect(tsd.figure('spool.bytes_total')).toBeLessThanOrEqual(4000);
    expect(tsd.log.filter((line) => line.includes('The spool takes no points'))).toHaveLength(1);
    moody.mood = 'well';
    await empty(tsd);
    await tsd.writer.flush();
    expect(failed).toEqual([]);
    expect(await values()).toHaveLength(taken + 1);
  });

  test('come to their end under load that does not stop', async () => {
    const tsd = await spooling({ spool: { afterMs: 1500 } });
    await tsd.add(T0, '0');
    await empty(tsd);
    moody.mood = 'away';
    let sent = 0;
    let failures = 0;
    let on = true;
    const load = (async () => {
      while (on) {
        for (let i = 0; i < 20; i++) {
          const line = Buffer.from(`m ${T0 * 1000 + 1 + sent++} 1 host=a`);
          const sink = { failed: () => void failures++ };
          if (!tsd.writer.addLine(line, 0, line.length, 'telnet', sink)) throw new Error('not taken');
        }
        await sleep(1);
      }
    })();
    try {
      await until(() => tsd.figure('spool.away table=tsdb') === 1);
      await until(() => tsd.figure('spool.points table=tsdb type=behind') > 2000);
      // Slower than points come: when a batch is out, the next is there.
      moody.pauseMs = 50;
      moody.mood = 'well';
      await until(() => tsd.log.some((line) => line.includes('All spooled points')));
      // What was on its way behind the last of them.
      let [behind, then] = [NaN, sent];
      await until(() => sent > then + 2000);
      behind = tsd.figure('spool.points table=tsdb type=behind');
      then = sent;
      await until(() => sent > then + 2000);
      expect(tsd.figure('spool.points table=tsdb type=behind')).toBe(behind);
    } finally {
      on = false;
    }
    await load;
    await tsd.writer.flush();
    await empty(tsd);
    expect(failures).toBe(0);
    expect(await values()).toHaveLength(sent + 1);
  });
});
