/** Rows with very many cells that came in any order: they are sorted ahead, in slices, and merged in parts. */
import fc from 'fast-check';
import { PackedCells } from '../../src/storage';
import { CellList } from '../../src/storage/embedded/cell-list';
import { EmbeddedStorage } from '../../src/storage/embedded';
import { putChange, type Change } from '../../src/storage/embedded/log/changes';
import { Merger } from '../../src/storage/embedded/log/merger';
import { NewestCells } from '../../src/storage/embedded/log/newest-cells';
import { partsOf } from '../../src/storage/embedded/log/parts-of-rows';
import { PutsFold } from '../../src/storage/embedded/log/puts-fold';
import { RowFold } from '../../src/storage/embedded/log/row-cells';
import { RowIndex } from '../../src/storage/embedded/log/row-index';
import { entriesOf, onlyThese, type RowPart } from '../../src/storage/embedded/log/row-puts';
import type { Segment } from '../../src/storage/embedded/log/segment';
import { isToSort, sortAhead } from '../../src/storage/embedded/log/sort-ahead';
import { TimeSlice } from '../../src/util/time-slice';
import { openTempStore, TABLES } from '../support/temp-store';
import { until } from '../support/until';
import { T } from './support/left-stores';
import { anyBase, anyOther, anyPut, baseOf, closeSegments, NEVER, partOf, put, ROW, textOf, written } from './support/segments-of-one-row';

afterEach(closeSegments);
afterEach(() => jest.restoreAllMocks());

/** Numbers below a count, each once, in no order. */
const shuffled = (count: number): number[] => Array.from({ length: count }, (_, i) => (i * 7919) % count);
const columnOf = (n: number): Buffer => Buffer.from(`q${String(n).padStart(7, '0')}`);
const cellsOf = (numbers: readonly number[]): PackedCells => {
  const cells = new PackedCells();
  for (const n of numbers) cells.add(columnOf(n), Buffer.from(String(n)));
  return cells;
};
const putAll = (numbers: readonly number[]): { change: Change } => ({
  change: putChange('tsdb', T, [{ row: ROW, cells: cellsOf(numbers) }], 'put'),
});
/** How many cells each sorted list of the row has, the oldest first. */
const listsOf = (part: RowPart): number[] => entriesOf(part).flatMap((entry) => part.index.condensedAt(entry)?.places.length ?? []);
const portions = (numbers: readonly number[], size: number): { change: Change }[] =>
  Array.from({ length: Math.ceil(numbers.length / size) }, (_, i) => putAll(numbers.slice(i * size, (i + 1) * size)));

it('makes the same of any changes whether and when the row was sorted, in two segments, of all columns or of some', async () => {
  const mixed = fc.oneof({ weight: 12, arbitrary: anyPut.map(put) }, { weight: 1, arbitrary: anyOther });
  const distinct = fc
    .shuffledSubarray(shuffled(40), { minLength: 12 })
    .map((numbers) => numbers.map((n) => put({ family: T, qualifier: `n${n}`, value: `${n}`, timestamp: null })));
  const anyChanges = fc
    .tuple(distinct, fc.array(mixed, { maxLength: 40, size: 'max' }), distinct, fc.array(mixed, { maxLength: 40, size: 'max' }))
    .map((changes) => changes.flat().map((change) => ({ change })));
  let sorted = 0;
  await fc.assert(
    fc.asyncProperty(anyChanges, anyChanges, anyBase, fc.integer({ min: 1, max: 9 }), async (first, second, before, from) => {
      const files = [written(first), written(second)];
      const plain = files.map(({ read }) => read(NEVER));
      const dense = files.map(({ read }) => read(4));
      for (const segment of dense) await sortAhead(partOf(segment), new TimeSlice(), from);
      expect(dense.some((segment) => isToSort(partOf(segment), from))).toBe(false);
      sorted += dense.filter((segment) => listsOf(partOf(segment)).some((length) => length >= 12)).length;
      const filters = [null, onlyThese([Buffer.from('n7')]), onlyThese(['c', 'n3', 'ab'].map((q) => Buffer.from(q)))];
      const folded = (segments: Segment[], isAsked: (typeof filters)[0]): string[] =>
        textOf(new RowFold(new PutsFold(from)).fold(baseOf(before), segments.map(partOf), isAsked));
      for (const filter of filters) expect(folded(dense, filter)).toEqual(folded(plain, filter));
      const outcomes = (segments: Segment[]): unknown[] =>
        segments.flatMap(({ ownEntries }) =>
          [...ownEntries.values()].map(({ index, entry }) => new RowFold().outcomeOf(baseOf(before), segments.map(partOf), index, entry)),
        );
      expect(outcomes(dense)).toEqual(outcomes(plain));
      closeSegments();
    }),
    { numRuns: 100 },
  );
  expect(sorted).toBeGreaterThan(50);
});

it('lets others have their turn while it sorts, and leaves little to be sorted by who reads', async () => {
  const part = partOf(written(portions(shuffled(60_000), 5000)).read());
  expect(isToSort(part)).toBe(true);
  let now = 0;
  let turns = 0;
  let over = false;
  const count = (): void => {
    turns++;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  await sortAhead(part, new TimeSlice(null, () => (now += 6)));
  over = true;
  expect(turns).toBeGreaterThan(20);
  expect(isToSort(part)).toBe(false);
  expect(listsOf(part)).toEqual([60_000]);
  const sort = jest.spyOn(NewestCells.prototype, 'of');
  expect(new RowFold().fold(new CellList(), [part]).count).toBe(60_000);
  expect(Math.max(...sort.mock.calls.map(([cells]) => cells.count))).toBe(0);
});

it('sorts a row once for several who wait for it, and what comes meanwhile stays to be read', async () => {
  const part = partOf(written(portions(shuffled(30_000), 5000)).read());
  const note = jest.spyOn(RowIndex.prototype, 'noteSorted');
  await Promise.all([1, 2, 3].map(() => sortAhead(part, new TimeSlice())));
  expect(note).toHaveBeenCalledTimes(1);
});

it('sorts what came later with what was sorted before while that is not much more, so that lists stay few', async () => {
  const { read } = written([
    ...portions(shuffled(60_000), 5000),
    ...portions(
      Array.from(shuffled(20_000), (n) => 60_000 + n),
      5000,
    ),
  ]);
  const segment = read();
  const part = partOf(segment);
  await sortAhead(part, new TimeSlice());
  expect(listsOf(part)).toEqual([80_000]);
});

it('cuts a row into parts that have each cell once', async () => {
  const count = 50_000;
  const part = partOf(written(portions(shuffled(count), 5000)).read());
  await sortAhead(part, new TimeSlice());
  const parts = partsOf(part, 8000);
  expect(parts).toHaveLength(7);
  const found = parts.flatMap((isInPart) => textOf(new RowFold().fold(new CellList(), [part], isInPart)));
  expect(found).toEqual(textOf(new RowFold().fold(new CellList(), [part])));
  expect(found).toHaveLength(count);
});

describe('a store', () => {
  const count = 40_000;
  const row = Buffer.from('row');
  const fill = async (store: EmbeddedStorage, numbers: readonly number[]): Promise<void> => {
    for (let at = 0; at < numbers.length; at += 4000) await store.put('tsdb', T, [{ row, cells: cellsOf(numbers.slice(at, at + 4000)) }]);
  };
  const opened = async (path: string): Promise<EmbeddedStorage> => {
    const store = new EmbeddedStorage({ path, tables: TABLES });
    await store.open();
    return store;
  };
  /** Opened, with nothing in the log any more. */
  const merged = async (path: string): Promise<EmbeddedStorage> => {
    const store = await opened(path);
    await until(() => store.stats().log_entries === 0);
    return store;
  };
  const isWhole = async (store: EmbeddedStorage): Promise<void> => {
    const found = await store.get('tsdb', { row });
    expect(found?.size).toBe(count);
    for (let i = 0; i < count; i += 997) expect(`${found?.qualifier(i)} ${found?.value(i)}`).toBe(`${columnOf(i)} ${i}`);
  };

  it('sorts a large row before it is read, by whichever call, and merges it in parts', async () => {
    const temp = await openTempStore();
    try {
      let store = temp.storage as EmbeddedStorage;
      await fill(store, shuffled(count));
      const sort = jest.spyOn(NewestCells.prototype, 'of');
      const note = jest.spyOn(RowIndex.prototype, 'noteSorted');
      await isWhole(store);
      expect(note).toHaveBeenCalledTimes(1);
      await fill(store, shuffled(count).slice(0, 12_000));
      expect((await store.multiGet('tsdb', [{ row }]))[0]?.size).toBe(count);
      await fill(store, shuffled(count).slice(0, 12_000));
      for await (const rows of store.scan('tsdb', { start: row, stop: Buffer.alloc(0) })) expect(rows[0].size).toBe(count);
      expect(note).toHaveBeenCalledTimes(3);
      const part = jest.spyOn(PutsFold.prototype, 'fold');
      await store.close();
      expect(Math.max(...sort.mock.calls.map(([cells]) => cells.count))).toBeLessThan(5000);
      store = await merged(temp.path);
      expect(part.mock.calls.filter(([, , isInPart]) => isInPart !== null).length).toBeGreaterThanOrEqual(2);
      await isWhole(store);
      await store.close();
    } finally {
      await temp.close();
    }
  });

  it('has all of a row of which only some parts were merged when it was broken off', async () => {
    const temp = await openTempStore();
    try {
      let store = temp.storage as EmbeddedStorage;
      await fill(store, shuffled(count));
      const part = jest.spyOn(PutsFold.prototype, 'fold');
      const isOver = jest
        .spyOn(Merger.prototype as unknown as { isOver: () => boolean }, 'isOver')
        .mockImplementation(() => part.mock.calls.length > 0);
      await store.close();
      expect(part).toHaveBeenCalledTimes(1);
      isOver.mockRestore();
      store = await opened(temp.path);
      expect(store.stats().log_entries).toBeGreaterThan(0);
      await isWhole(store);
      await store.close();
      store = await merged(temp.path);
      await isWhole(store);
      await store.close();
    } finally {
      await temp.close();
    }
  });
});
