import { PackedCells } from '../../src/storage';
import { openTempStore, TABLES } from '../support/temp-store';
import { describeStorageContract } from './contract';

describeStorageContract('embedded', async () => {
  const { storage, close } = await openTempStore();
  return { storage, close, dataTable: 'tsdb', uidTable: 'tsdb-uid' };
});

// The same with every table packed, after a few cells each: most cells are in runs, some stand singly before, between and over them.
describeStorageContract('embedded, always packing', async () => {
  const { storage, close } = await openTempStore({ packAfter: 7, tables: TABLES.map((t) => ({ ...t, packed: true })) });
  return { storage, close, dataTable: 'tsdb', uidTable: 'tsdb-uid' };
});

// And with a clock on which every look at it finds the time of others come: packing and deletes go in the smallest steps.
describe('in the smallest steps', () => {
  const FAMILY = Buffer.from('t');
  const QUALIFIER = Buffer.from([0, 0]);
  let now = 0;
  beforeEach(() => jest.spyOn(performance, 'now').mockImplementation(() => (now += 1000)));
  afterEach(() => jest.restoreAllMocks());

  describeStorageContract('embedded, always packing', async () => {
    const { storage, close } = await openTempStore({ packAfter: 7, tables: TABLES.map((t) => ({ ...t, packed: true })) });
    return { storage, close, dataTable: 'tsdb', uidTable: 'tsdb-uid' };
  });

  it('deletes many rows in transactions of their own, each of which others may follow', async () => {
    const { storage, close } = await openTempStore();
    const rows = Array.from({ length: 50 }, (_, i) => ({ row: Buffer.from([i]), cells: PackedCells.of(QUALIFIER, QUALIFIER) }));
    await storage.put('tsdb-tree', FAMILY, rows);
    const deleted = storage.delete(
      'tsdb-tree',
      rows.map(({ row }) => ({ row })),
    );
    // It comes behind the first of them, and before the last.
    const found = storage.increment('tsdb-tree', Buffer.from([99]), FAMILY, QUALIFIER, 1n).then(async () => {
      const left = [];
      for await (const batch of storage.scan('tsdb-tree', { start: Buffer.alloc(0), stop: Buffer.from([50]) })) left.push(...batch);
      return left.length;
    });
    expect(await found).toBeGreaterThan(0);
    expect(await deleted).toEqual([]);
    await close();
  });
});

it('lets others have their turns while it passes by rows of which the log has nothing left', async () => {
  const { storage, close } = await openTempStore();
  const ROWS = 4000;
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const row = Buffer.from([0, 0, 1, 0, 0, i >>> 8, i]);
    return { row, cells: PackedCells.of(Buffer.from([0, 0]), Buffer.from([1])) };
  });
  const all = { start: Buffer.alloc(0), stop: Buffer.alloc(0) };
  const family = Buffer.from('t');
  for (let i = 0; i < 3; i++) expect(await storage.put('tsdb', family, rows)).toEqual([]);
  expect(await storage.delete('tsdb', rows)).toEqual([]);
  let turns = 0;
  let running = true;
  const count = (): void => {
    if (!running) return;
    turns++;
    setImmediate(count);
  };
  setImmediate(count);
  for await (const batch of storage.scan('tsdb', all)) expect(batch).toEqual([]);
  running = false;
  expect(turns).toBeGreaterThan(5);
  await close();
});

describe('one column of a row that has many', () => {
  const ROW = Buffer.from([0, 0, 1, 0, 0, 0, 0]);
  const family = Buffer.from('t');
  const column = (i: number): Buffer => Buffer.from([1, i >>> 8, i]);
  const get = { row: ROW, family, qualifiers: [column(7)] };

  it('is what all that was done to the row has made of it', async () => {
    const { storage, close } = await openTempStore();
    const read = async (): Promise<(string | undefined)[]> => {
      const [row] = await storage.multiGet('tsdb', [get]);
      const whole = (await storage.multiGet('tsdb', [{ row: ROW, family }]))[0];
      const at = Array.from({ length: whole?.size ?? 0 }, (_, i) => i).find((i) => whole?.qualifier(i).equals(column(7)) === true);
      return [row?.value(0).toString(), at === undefined ? undefined : whole?.value(at).toString()];
    };
    const put = (i: number, value: string) =>
      storage.put('tsdb', family, [{ row: ROW, cells: PackedCells.of(column(i), Buffer.from(value)) }]);
    for (let i = 0; i < 20; i++) await put(i, `put ${i}`);
    expect(await read()).toEqual(['put 7', 'put 7']);
    // Expected values of other columns stand in the log as cells without a qualifier.
    const set = (i: number, expected: string | null, value: string): Promise<boolean> =>
      storage.compareAndSet('tsdb', ROW, family, column(i), expected === null ? null : Buffer.from(expected), Buffer.from(value));
    expect(await set(6, 'put 6', 'set 6')).toBe(true);
    expect([await set(7, 'put 6', 'wrong'), await set(7, null, 'wrong'), await set(7, 'put 7', 'set 7')]).toEqual([false, false, true]);
    expect(await read()).toEqual(['set 7', 'set 7']);
    expect(await set(30, null, 'new')).toBe(true);
    expect(await set(30, null, 'newer')).toBe(false);
    await storage.append('tsdb', family, [{ row: ROW, cells: PackedCells.of(column(7), Buffer.from(' and more')) }]);
    expect(await read()).toEqual(['set 7 and more', 'set 7 and more']);
    await storage.delete('tsdb', [{ row: ROW }]);
    expect(await read()).toEqual([undefined, undefined]);
    expect([await set(7, 'set 7 and more', 'wrong'), await set(7, null, 'again')]).toEqual([false, true]);
    expect(await read()).toEqual(['again', 'again']);
    await close();
  });
});
