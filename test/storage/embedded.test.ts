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
