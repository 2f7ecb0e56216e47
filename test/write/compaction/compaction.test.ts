import { DATA_FAMILY, DEFAULT_MERGE } from '../../../src/schema';
import { DoNotRetryError, RetryableError, ThrottleError, type Row } from '../../../src/storage';
import { openTempStore, type TempStore } from '../../support/temp-store';
import { writingOn } from '../support/data-table';
import { turns, until } from '../../support/until';
import { BASE, compactingOn, HandClock, HOUR, keyOf, points, putOf, read, write } from './support/rows';
import { StagedStorage } from './support/staged-storage';

const NOW_BASE = Math.floor(Date.now() / 1000 / HOUR) * HOUR;

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterEach(() => void jest.useRealTimers());
afterAll(() => store.close());
let series = 0;
const newKey = (baseTime = BASE): Buffer => keyOf(++series, baseTime);
const annotation = Buffer.from('{"startTime":1356998400,"description":"x"}').toString('hex');

describe('what compaction leaves', () => {
  it.each([
    ['cells of seconds', '0000=05@1 0017=0000000000000006@2', '00000017=05000000000000000600@2'],
    ['seconds and milliseconds', '0010=05@3 f0007d00=06@2', 'f0007d000010=060501@3'],
    ['a compacted cell and one that came late', '00000010=050600@1 0020=07@2', '000000100020=05060700@2'],
    ['a lone cell', '0010=05@7', '0010=05@7'],
    ['one compacted cell', '00000010=050600@7', '00000010=050600@7'],
    ['cells beside an annotation', `0010=05@1 0020=06@2 010000=${annotation}@9`, `00100020=050600@2 010000=${annotation}@9`],
    ['cells beside a histogram', '0010=05@1 0020=06@2 060000=0102@9', '00100020=050600@2 060000=0102@9'],
    ['an append column and cells', '0010=05@1 0020=06@2 050000=003007@3', '0010=05@1 0020=06@2 050000=003007@3'],
    ['the remains of a crash', '0010=05@1 00100020=050600@2 0020=06@2', '00100020=050600@2'],
    ['an annotation alone', `010000=${annotation}@9`, `010000=${annotation}@9`],
  ])('%s', async (_, before, after) => {
    const key = newKey();
    const { compact } = compactingOn(store.storage);
    await write(store.storage, key, before);
    await compact(key);
    expect(await read(store.storage, key, true)).toBe(after);
    const staged = new StagedStorage(store.storage);
    await compactingOn(staged.storage).compact(key);
    expect([staged.reads, staged.puts, staged.deletes]).toEqual([[1], 0, 0]);
  });

  it('points that came by the writer, row by row', async () => {
    const { writer, uids } = writingOn(store.storage);
    const { compact, compaction, figures } = compactingOn(store.storage);
    writer.onRowsWritten((rows) => compaction.rowsWritten(rows));
    for (const host of ['a', 'b'])
      for (let second = 0; second < 7200; second += 600)
        await writer.addPoint(
          { metric: 'm', timestamp: String(BASE + second), value: String(second), tags: new Map([['host', host]]) },
          'telnet',
        );
    await writer.flush();
    expect(compaction.size).toBe(4);
    await compact();
    const metric = await uids.getId('metrics', 'm');
    const found: string[] = [];
    for await (const rows of store.storage.scan('tsdb', { start: metric, stop: Buffer.of(...metric, 0xff), family: DATA_FAMILY }))
      for (const row of rows) found.push(`${row.size} ${row.qualifierLength(0)}`);
    expect(found).toEqual(['1 12', '1 12', '1 12', '1 12']);
    expect(figures()).toMatchObject({ 'compaction.count': 4, 'compaction.writes': 4, 'compaction.deletes': 4, 'compaction.queue.size': 0 });
    await writer.close();
  });

  it('different values at one time as they are, unless they are to be fixed', async () => {
    const key = newKey();
    await write(store.storage, key, '0010=05@1 f000fa00=06@2 0020=07@1');
    const { compact, figures, log } = compactingOn(store.storage);
    await compact(key);
    expect(await read(store.storage, key)).toBe('0010=05 0020=07 f000fa00=06');
    expect(figures()).toMatchObject({ 'compaction.duplicates type=variant': 1, 'compaction.skipped type=duplicates': 1 });
    expect(log.join()).toContain('set tsd.storage.fix_duplicates=true to fix automatically or run Fsck');
    const fixing = compactingOn(store.storage, { 'tsd.storage.fix_duplicates': 'true' });
    await fixing.compact(key);
    expect(await read(store.storage, key)).toBe('f000fa000020=060701');
    expect(fixing.figures()).toMatchObject({ 'compaction.duplicates type=variant': 1, 'compaction.skipped type=duplicates': 0 });
    expect(fixing.log.join()).toContain('kept=[6], discarded=[5]');
  });

  it('the larger or the smaller value, at the time of the newest cell, when cells carry the time of their points', async () => {
    for (const [useMax, kept] of [
      ['true', '06'],
      ['false', '05'],
    ]) {
      const key = newKey();
      const [first, second] = [(BASE + 1) * 1000, (BASE + 2) * 1000];
      await write(store.storage, key, `0010=05@${first} f000fa00=06@${first} 0020=07@${second}`);
      await compactingOn(store.storage, { 'tsd.storage.use_otsdb_timestamp': 'true', 'tsd.storage.use_max_value': useMax }).compact(key);
      const point = kept === '06' ? 'f000fa00' : '0010';
      const meta = kept === '06' ? '01' : '00';
      expect(await read(store.storage, key, true)).toBe(`${point}0020=${kept}07${meta}@${second}`);
    }
  });

  it('rows whose qualifiers would not fit into one cell as they are', async () => {
    for (const [step, count, fits] of [
      [200, 16_000, true],
      [200, 16_400, false],
    ] as const) {
      const key = newKey();
      const put = putOf(key, 'f0000000=00');
      const qualifier = Buffer.alloc(4);
      for (let i = 1; i < count; i++) {
        qualifier.writeUInt32BE((0xf0000000 | ((i * step) << 6)) >>> 0);
        put.cells.add(qualifier, Buffer.of(i));
      }
      expect(await store.storage.put('tsdb', DATA_FAMILY, [put])).toEqual([]);
      const { compact, figures } = compactingOn(store.storage);
      const before = await points(store.storage, key);
      await compact(key);
      const row = await store.storage.get('tsdb', { row: key });
      expect(row?.size).toBe(fits ? 1 : count);
      expect(figures()['compaction.skipped type=too_long']).toBe(fits ? 0 : 1);
      expect(await points(store.storage, key)).toBe(before);
    }
  });

  it('cells that are not what they claim to be as they are, and the other rows of the batch compacted', async () => {
    const [bad, good] = [newKey(), newKey()];
    await write(store.storage, bad, 'f000=05 0020=07');
    await write(store.storage, good, '0010=05@1 0020=07@2');
    const { compact, figures } = compactingOn(store.storage);
    await compact(bad, good);
    expect(await read(store.storage, bad)).toBe('0020=07 f000=05');
    expect(await read(store.storage, good)).toBe('00100020=050700');
    expect(figures()['compaction.skipped type=unreadable']).toBe(1);
  });
});

describe('append columns', () => {
  const disordered = '0020080010070010090030ff';

  it('are put in order when they are to be repaired, also without compaction', async () => {
    for (const compaction of ['true', 'false']) {
      const key = newKey();
      await write(store.storage, key, `050000=${disordered}`);
      const row = (await store.storage.get('tsdb', { row: key })) as Row;
      const off = compactingOn(store.storage, { 'tsd.storage.enable_compaction': compaction });
      off.compaction.rowsRead([row]);
      await off.compact();
      expect(await read(store.storage, key)).toBe(`050000=${disordered}`);
      const on = compactingOn(store.storage, { 'tsd.storage.enable_compaction': compaction, 'tsd.storage.repair_appends': 'true' });
      on.compaction.rowsRead([row]);
      await on.compact();
      expect(await read(store.storage, key)).toBe('050000=0010090020080030ff');
    }
  });

  it('lose no point that is appended meanwhile', async () => {
    const key = newKey();
    await write(store.storage, key, `050000=${disordered}`);
    const staged = new StagedStorage(store.storage);
    staged.after.read = async () => {
      staged.after = {};
      expect(await store.storage.append('tsdb', DATA_FAMILY, [putOf(key, '050000=00400a')])).toEqual([]);
    };
    const { compact, compaction } = compactingOn(staged.storage, { 'tsd.storage.repair_appends': 'true' });
    compaction.rowsRead([(await store.storage.get('tsdb', { row: key })) as Row]);
    await compact();
    expect(await read(store.storage, key)).toBe(`050000=${disordered}00400a`);
    await compact();
    expect(await read(store.storage, key)).toBe('050000=0010090020080030ff00400a');
  });
});

describe('rows that queries read', () => {
  const untidy = '0010=05@1 0020=07@2';
  const rowOf = async (key: Buffer): Promise<Row> => (await store.storage.get('tsdb', { row: key })) as Row;

  it('are compacted when their hour has been over for a second', async () => {
    const now = NOW_BASE * 1000;
    const keys = [newKey(NOW_BASE - 3601), newKey(NOW_BASE - 3600), newKey(NOW_BASE)];
    for (const key of keys) await write(store.storage, key, untidy);
    const { compact, compaction, figures } = compactingOn(store.storage, {}, { now: () => now });
    compaction.rowsRead(await Promise.all(keys.map(rowOf)));
    expect(figures()).toMatchObject({ 'compaction.queue.size': 0, 'compaction.queue.read': 1 });
    await compact();
    expect(await Promise.all(keys.map((key) => read(store.storage, key)))).toEqual([
      '00100020=050700',
      '0010=05 0020=07',
      '0010=05 0020=07',
    ]);
  });

  it('do not wait for those that were written', async () => {
    const staged = new StagedStorage(store.storage);
    let release = (): void => {};
    staged.before.read = () => {
      staged.before = {};
      return new Promise<void>((resolve) => (release = resolve));
    };
    const clock = new HandClock();
    const { compaction } = compactingOn(staged.storage, { 'tsd.storage.compaction.min_flush_threshold': '10' }, { now: clock.now });
    for (let i = 0; i < 200; i++) compaction.rowWritten(newKey(), BASE);
    compaction.start();
    await until(() => {
      clock.pass();
      return staged.reads.length > 0;
    });
    const key = newKey();
    await write(store.storage, key, untidy);
    compaction.rowsRead([await rowOf(key)]);
    await until(async () => {
      clock.pass();
      return (await read(store.storage, key)) === '00100020=050700';
    });
    release();
    await compaction.close();
  });

  it('and rows that were written stay as they are with compaction off and in a TSD that only reads', async () => {
    const key = newKey();
    const appends = newKey();
    await write(store.storage, key, untidy);
    await write(store.storage, appends, '050000=002008001007');
    const off = { 'tsd.storage.enable_compaction': 'false' };
    const staged = new StagedStorage(store.storage);
    const clock = new HandClock();
    for (const { compaction, compact, figures } of [
      compactingOn(staged.storage, off),
      compactingOn(staged.storage, { 'tsd.storage.repair_appends': 'true' }, { readOnly: true }),
    ]) {
      compaction.start();
      compaction.rowsRead([await rowOf(key), await rowOf(appends)]);
      await compact(key, appends);
      clock.pass(1000);
      await compaction.close();
      expect(compaction.enabled).toBe(false);
      expect(Object.keys(figures())).toEqual([
        'compaction.count',
        'compaction.duplicates type=identical',
        'compaction.duplicates type=variant',
      ]);
    }
    expect([staged.reads, staged.puts, staged.deletes]).toEqual([[], 0, 0]);
    expect(await read(store.storage, appends)).toBe('050000=002008001007');
  });
});

describe('a store that fails', () => {
  const untidy = '0010=05@1 0020=07@2';

  it.each([
    ['is busy', new ThrottleError('busy'), 0],
    ['is away for a moment', new RetryableError('away'), 1],
  ])('gets the row again when it %s', async (_, error, counted) => {
    for (const stage of ['read', 'put', 'delete'] as const) {
      const key = newKey();
      await write(store.storage, key, untidy);
      const staged = new StagedStorage(store.storage);
      staged.before[stage] = () => {
        staged.before = {};
        throw error;
      };
      const { compact, compaction, figures } = compactingOn(staged.storage);
      await compact(key);
      expect([stage, compaction.size, staged.deletes]).toEqual([stage, 1, stage === 'delete' ? 1 : 0]);
      expect(figures()[`compaction.errors rpc=${stage}`]).toBe(counted);
      expect(await points(store.storage, key)).toBe('1000:5 2000:7');
      await compact();
      expect(await read(store.storage, key)).toBe('00100020=050700');
    }
  });

  it('loses a row that it refuses from the queue, and nothing else', async () => {
    for (const stage of ['read', 'put', 'delete'] as const) {
      const [key, other] = [newKey(), newKey()];
      for (const row of [key, other]) await write(store.storage, row, untidy);
      const staged = new StagedStorage(store.storage);
      staged.before[stage] = () => {
        throw new DoNotRetryError('never');
      };
      const { compact, compaction, figures, log } = compactingOn(staged.storage);
      await compact(key);
      expect(compaction.size).toBe(0);
      expect(figures()[`compaction.errors rpc=${stage}`]).toBe(1);
      expect(log.join()).toContain('never');
      expect(await points(store.storage, key)).toBe('1000:5 2000:7');
      staged.before = {};
      await compact(other);
      expect(await read(store.storage, other)).toBe('00100020=050700');
    }
  });

  it('deletes only where it has acknowledged the put', async () => {
    const keys = [newKey(), newKey(), newKey()];
    for (const key of keys) await write(store.storage, key, untidy);
    const staged = new StagedStorage(store.storage);
    staged.before.put = (rows) => {
      staged.before = {};
      return rows.flatMap(({ row }, index) => (row.equals(keys[1]) ? [{ index, error: new RetryableError('moved') }] : []));
    };
    const { compact, compaction } = compactingOn(staged.storage);
    await compact(...keys);
    expect(await Promise.all(keys.map((key) => read(store.storage, key)))).toEqual([
      '00100020=050700',
      '0010=05 0020=07',
      '00100020=050700',
    ]);
    expect(compaction.size).toBe(1);
  });

  it('gives up a row that it can not read three times over, and reads the others of its batch', async () => {
    const keys = [newKey(), newKey(), newKey()];
    for (const key of keys) await write(store.storage, key, untidy);
    const staged = new StagedStorage(store.storage);
    const failing = new Proxy(staged.storage, {
      get: (target, property: 'multiGet') =>
        property !== 'multiGet'
          ? target[property]
          : (...args: Parameters<typeof target.multiGet>) =>
              args[1].some(({ row }) => row.equals(keys[1])) ? Promise.reject(new RetryableError('too big')) : target.multiGet(...args),
    });
    const { compact, compaction, figures } = compactingOn(failing);
    await compact(...keys);
    expect(await read(store.storage, keys[0])).toBe('00100020=050700');
    expect(await read(store.storage, keys[2])).toBe('00100020=050700');
    for (let i = 0; i < 2; i++) {
      expect(compaction.size).toBe(1);
      await compact();
    }
    expect(compaction.size).toBe(0);
    expect(figures()['compaction.skipped type=failing']).toBe(1);
  });
});

describe('closing', () => {
  it('leaves rows as they are for which there is no time, and none half done', async () => {
    const staged = new StagedStorage(store.storage);
    let time = performance.now();
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => time);
    staged.before.read = () => void (time += 1000);
    const { compaction, figures, log } = compactingOn(staged.storage, {}, { drainMs: 100_000 });
    for (let i = 0; i < 50_000; i++) compaction.rowWritten(newKey(), BASE);
    await compaction.close().finally(() => clock.mockRestore());
    expect(staged.reads.length).toBeGreaterThanOrEqual(80);
    expect(compaction.size).toBeGreaterThan(0);
    expect(figures()['compaction.in_flight']).toBe(0);
    expect(log).toEqual(['info Flushing all old outstanding rows out of 50000 rows']);
  });
});

describe('the service in the background', () => {
  const settings = { 'tsd.storage.compaction.flush_speed': '100000', 'tsd.storage.compaction.flush_interval': '1' };
  const untidy = '0010=05@1 0020=07@2';
  async function untidyRows(count: number, baseTime = BASE): Promise<Buffer[]> {
    const keys = Array.from({ length: count }, () => newKey(baseTime));
    expect(
      await store.storage.put(
        'tsdb',
        DATA_FAMILY,
        keys.map((key) => putOf(key, untidy)),
      ),
    ).toEqual([]);
    return keys;
  }
  const tidy = async (keys: readonly Buffer[]): Promise<number> => {
    const rows = await store.storage.multiGet(
      'tsdb',
      keys.map((row) => ({ row, family: DATA_FAMILY })),
    );
    return rows.filter((row) => row?.size === 1).length;
  };

  it('compacts every row once, in batches, when more wait than the threshold', async () => {
    const keys = await untidyRows(500);
    const staged = new StagedStorage(store.storage);
    const clock = new HandClock();
    const { compaction } = compactingOn(staged.storage, settings, { now: clock.now });
    compaction.start();
    for (const key of keys.slice(0, 100)) compaction.rowWritten(key, BASE);
    clock.pass(2000);
    expect(staged.reads).toEqual([]);
    for (const key of keys.slice(100)) compaction.rowWritten(key, BASE);
    await until(() => {
      clock.pass();
      return compaction.size <= 100;
    });
    await compaction.close();
    expect(await tidy(keys)).toBe(500);
    expect(staged.reads.reduce((a, b) => a + b)).toBe(500);
    expect(staged.reads.length).toBeLessThan(100);
    expect([staged.puts, staged.deletes]).toEqual([500, 500]);
  });

  it('waits while storage does not keep up with clients, and leaves rows that were written just now', async () => {
    const keys = await untidyRows(150);
    const fresh = Array.from({ length: 50 }, () => newKey());
    for (const key of fresh) await write(store.storage, key, '0010=05 0020=07');
    let keepingUp = false;
    const clock = new HandClock();
    const staged = new StagedStorage(store.storage);
    const { compaction, figures } = compactingOn(
      staged.storage,
      { ...settings, 'tsd.storage.compaction.min_flush_threshold': '1' },
      {
        keepingUp: () => keepingUp,
        quietMs: 800,
        now: clock.now,
      },
    );
    compaction.start();
    for (const key of [...keys, ...fresh]) compaction.rowWritten(key, BASE);
    clock.pass(2600);
    expect(staged.reads).toEqual([]);
    for (const key of fresh) await write(store.storage, key, `0030=08@${clock.now()}`);
    keepingUp = true;
    clock.pass();
    await until(() => staged.reads.reduce((a, b) => a + b, 0) >= 200 && figures()['compaction.in_flight'] === 0);
    expect(await tidy(keys)).toBe(150);
    expect(await tidy(fresh)).toBe(0);
    expect(figures()['compaction.postponed']).toBe(50);
    await until(() => {
      clock.pass();
      return compaction.size <= 1;
    });
    await compaction.close();
    expect(await tidy(fresh)).toBe(50);
  });

  it('has no more rows under way than allowed', async () => {
    const keys = await untidyRows(200);
    const staged = new StagedStorage(store.storage);
    let [underWay, most] = [0, 0];
    staged.before.read = async () => {
      underWay += staged.reads[staged.reads.length - 1];
      most = Math.max(most, underWay);
      await turns(3);
    };
    staged.before.delete = (rows) => void (underWay -= rows.length);
    const clock = new HandClock();
    const limits = { 'tsd.storage.compaction.max_concurrent_flushes': '10', 'tsd.storage.compaction.min_flush_threshold': '1' };
    const { compaction } = compactingOn(staged.storage, { ...settings, ...limits }, { now: clock.now });
    compaction.start();
    for (const key of keys) compaction.rowWritten(key, BASE);
    await until(() => {
      clock.pass();
      return compaction.size <= 1;
    });
    await compaction.close();
    expect(most).toBeLessThanOrEqual(10);
    expect(await tidy(keys)).toBe(200);
  });

  it('compacts what is old enough when it stops, and leaves the rows of this hour', async () => {
    const old = await untidyRows(300);
    const young = await untidyRows(20, NOW_BASE);
    const { compaction, log } = compactingOn(store.storage, {}, { now: () => NOW_BASE * 1000 });
    compaction.start();
    for (const key of old) compaction.rowWritten(key, BASE);
    for (const key of young) compaction.rowWritten(key, NOW_BASE);
    await compaction.close();
    expect(await tidy(old)).toBe(300);
    expect(await tidy(young)).toBe(0);
    expect(log).toContain('info Flushing all old outstanding rows out of 320 rows');
  });

  it('stops in time when storage answers nothing', async () => {
    const keys = await untidyRows(10);
    const staged = new StagedStorage(store.storage);
    let answer = (): void => {};
    staged.before.read = () => new Promise<void>((resolve) => (answer = resolve));
    const { compaction, figures } = compactingOn(staged.storage, {}, { drainMs: 300 });
    for (const key of keys) compaction.rowWritten(key, BASE);
    await compaction.close();
    answer();
    await until(() => figures()['compaction.in_flight'] === 0);
    for (const key of keys) expect(await points(store.storage, key, DEFAULT_MERGE)).toBe('1000:5 2000:7');
  });
});
