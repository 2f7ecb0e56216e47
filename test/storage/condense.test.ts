/** Rows to which the same columns are written over and over: what is made of the log's cells, and how many are kept for it. */
import fc from 'fast-check';
import { PackedCells } from '../../src/storage';
import { CellList } from '../../src/storage/embedded/cell-list';
import { deleteChange, putChange, type Change } from '../../src/storage/embedded/log/changes';
import { RowFold } from '../../src/storage/embedded/log/row-cells';
import { entriesOf, type RowPart } from '../../src/storage/embedded/log/row-puts';
import type { Segment } from '../../src/storage/embedded/log/segment';
import { T } from './support/left-stores';
import {
  anyBase,
  anyOther,
  anyPut,
  baseOf,
  closeSegments,
  NEVER,
  partOf,
  put,
  qualifier,
  ROW,
  textOf,
  written,
} from './support/segments-of-one-row';

afterEach(closeSegments);

/** How many cells were found to count, of each time that the row was condensed. */
function condensedOf(part: RowPart): number[] {
  return entriesOf(part).flatMap((entry) => part.index.condensedAt(entry)?.places.length ?? []);
}

it('makes of puts the newest of each column, and of equal times the last', () => {
  fc.assert(
    fc.property(fc.array(anyPut, { minLength: 1, maxLength: 120 }), anyBase, fc.integer({ min: 1, max: 40 }), (puts, before, after) => {
      const expected = new Map<string, { value: string; timestamp: number }>();
      for (const cell of before) expected.set(`t\0${cell.qualifier}`, { value: 'base', timestamp: cell.timestamp });
      puts.forEach(({ family, qualifier: q, value, timestamp }, i) => {
        const column = `${family}\0${q}`;
        const time = timestamp ?? i + 1;
        if ((expected.get(column)?.timestamp ?? 0) <= time) expected.set(column, { value, timestamp: time });
      });
      const segment = written(puts.map((p) => ({ change: put(p) }))).read(after);
      expect(textOf(new RowFold().fold(baseOf(before), [partOf(segment)]))).toEqual(
        [...expected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([column, { value, timestamp }]) => `${column}=${value}@${timestamp}`),
      );
    }),
    { numRuns: 300 },
  );
});

it('makes the same of any changes whether and when the row was condensed, in two segments, of all columns or of one', () => {
  const mixed = fc.oneof({ weight: 20, arbitrary: anyPut.map(put) }, { weight: 1, arbitrary: anyOther });
  const anyChanges = fc
    .tuple(fc.array(anyPut.map(put), { minLength: 10, maxLength: 50, size: 'max' }), fc.array(mixed, { maxLength: 80, size: 'max' }))
    .map((changes) => changes.flat().map((change) => ({ change })));
  let condensed = 0;
  let again = 0;
  fc.assert(
    fc.property(anyChanges, anyChanges, anyBase, fc.integer({ min: 1, max: 20 }), qualifier, (first, second, before, after, asked) => {
      const files = [written(first), written(second)];
      const plain = files.map(({ read }) => read(NEVER));
      const dense = files.map(({ read }) => read(after));
      condensed += dense.map(partOf).filter(({ index, row }) => !index.hasOnlyPuts(row) && condensedOf({ index, row }).length > 0).length;
      again += dense.map(partOf).filter((part) => condensedOf(part).length > 1).length;
      const isAsked = (bytes: Uint8Array, at: number, length: number): boolean =>
        Buffer.from(asked).equals(bytes.subarray(at, at + length));
      for (const filter of [null, isAsked]) {
        const folded = (segments: Segment[]): string[] => textOf(new RowFold().fold(baseOf(before), segments.map(partOf), filter));
        expect(folded(dense)).toEqual(folded(plain));
      }
      const outcomes = (segments: Segment[]): unknown[] =>
        segments.flatMap(({ ownEntries }) =>
          [...ownEntries.values()].map(({ index, entry }) => new RowFold().outcomeOf(baseOf(before), segments.map(partOf), index, entry)),
        );
      expect(outcomes(dense)).toEqual(outcomes(plain));
      closeSegments();
    }),
    { numRuns: 300 },
  );
  expect(condensed).toBeGreaterThan(30);
  expect(again).toBeGreaterThan(30);
});

describe('what is kept of a row', () => {
  const repeated = (columns: number, times: number): { change: Change }[] =>
    Array.from({ length: columns * times }, (_, i) => ({
      change: put({ family: T, qualifier: `q${(i * 7) % columns}`, value: `${i}`, timestamp: null }),
    }));
  const kept = (part: RowPart): number =>
    entriesOf(part).reduce((sum, entry) => sum + (part.index.condensedAt(entry)?.places.length ?? 1), 0);

  it('is its columns and less than one more portion, however often they were written', () => {
    const part = partOf(written(repeated(10, 500)).read(64));
    expect(condensedOf(part)).toEqual([10]);
    expect(kept(part)).toBeLessThan(10 + 64);
    const fold = new RowFold();
    expect(fold.fold(new CellList(), [part]).count).toBe(10);
    expect(fold.cost).toBe(kept(part));
  });

  it('is its columns three times at most, if they are more than a portion', () => {
    const part = partOf(written(repeated(300, 40)).read(64));
    expect(kept(part)).toBeLessThanOrEqual(3 * 300);
  });

  it('is all of it where each column was written once, and as long as there are few cells', () => {
    const once = partOf(written(repeated(300, 1)).read(64));
    expect(condensedOf(once)).toEqual([]);
    expect(kept(once)).toBe(300);
    const few = partOf(written(repeated(10, 6)).read(64));
    expect(kept(few)).toBe(60);
  });

  it('is little of very many cells, too, of which some columns are looked at first', () => {
    const columns = 70_000;
    const all = new PackedCells();
    for (let i = 0; i < columns; i++) all.add(Buffer.from(`q${(i * 3) % columns}`), Buffer.from('v'));
    const change = putChange('tsdb', T, [{ row: ROW, cells: all }], 'put');
    const distinct = partOf(written([{ change }]).read());
    expect(condensedOf(distinct)).toEqual([]);
    const again = partOf(written([{ change }, { change }, { change }]).read());
    expect(condensedOf(again)).toEqual([columns]);
    expect(textOf(new RowFold().fold(new CellList(), [again]))).toEqual(
      textOf(new RowFold().fold(new CellList(), [distinct])).map((cell) => cell.replace(/@1$/, '@3')),
    );
  });

  it('is little before, between and behind other changes, too', () => {
    const removed = { change: deleteChange('tsdb', [{ row: ROW, family: T, qualifiers: [Buffer.from('q3')] }]) };
    const more = { change: putChange('tsdb', T, [{ row: ROW, cells: PackedCells.of(Buffer.from('q4'), Buffer.from('+')) }], 'append') };
    const part = partOf(written([...repeated(10, 50), removed, ...repeated(5, 4), more, ...repeated(9, 50)]).read(64));
    expect(condensedOf(part)).toEqual([10, 9]);
    expect(kept(part)).toBeLessThan(10 + 64 + 1 + 20 + 1 + 9 + 64);
    expect(new RowFold().fold(new CellList(), [part]).count).toBe(10);
  });
});
