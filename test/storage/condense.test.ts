/** Rows to which the same columns are written over and over: what is made of the log's cells, and how many are kept for it. */
import { appendFileSync, mkdirSync } from 'node:fs';
import fc from 'fast-check';
import { PackedCells } from '../../src/storage';
import { CellList } from '../../src/storage/embedded/cell-list';
import { compareAndSetChange, deleteChange, incrementChange, putChange, type Change } from '../../src/storage/embedded/log/changes';
import { CHANGES } from '../../src/storage/embedded/log/layout';
import { makeSegment, segmentPath } from '../../src/storage/embedded/log/log-files';
import { RecordWriter } from '../../src/storage/embedded/log/record-writer';
import { addColumn, entriesOf, RowFold, type RowPart } from '../../src/storage/embedded/log/row-cells';
import type { RowIndex } from '../../src/storage/embedded/log/row-index';
import { Segment } from '../../src/storage/embedded/log/segment';
import { newPath, T } from './support/left-stores';

const U = Buffer.from('u');
const ROW = Buffer.from('row');
const OURS = 1;
const NEVER = 2 ** 40;

interface Put {
  family: Buffer;
  qualifier: string;
  value: string;
  /** Null: that of its record. */
  timestamp: number | null;
}

const open: Segment[] = [];
afterEach(() => {
  for (const segment of open.splice(0)) segment.close();
});

/** Segments of a log of which each record is one change, at times 1, 2, ... unless it says another. */
function written(changes: readonly { change: Change; time?: number }[]): { read: (condenseAfter?: number) => Segment } {
  const path = newPath();
  mkdirSync(path);
  makeSegment(path, 1);
  const file = segmentPath(path, 1);
  const { salt } = opened(file);
  const records = new RecordWriter();
  changes.forEach(({ change, time }, i) => {
    records.begin({ kind: CHANGES, writer: OURS, sequence: i, time: time ?? i + 1, table: change.table, families: change.families });
    change.writeEntries(records, () => 0);
    records.end(salt);
  });
  appendFileSync(file, records.bytes.subarray(0, records.length));
  return {
    read: (condenseAfter) => {
      const segment = opened(file, condenseAfter);
      segment.read();
      return segment;
    },
  };
}

function opened(file: string, condenseAfter?: number): Segment {
  const segment = Segment.open(file, 1, OURS, condenseAfter);
  open.push(segment);
  return segment;
}

const put = ({ family, qualifier, value, timestamp }: Put): Change =>
  putChange(
    'tsdb',
    family,
    [
      {
        row: ROW,
        cells: PackedCells.of(Buffer.from(qualifier), Buffer.from(value)),
        ...(timestamp === null ? {} : { timestamps: [timestamp] }),
      },
    ],
    'put',
  );

/** The table's index and the only row in it. */
function partOf(segment: Segment): RowPart & { index: RowIndex } {
  const index = segment.tables.get('tsdb');
  if (index === undefined) throw new Error('Nothing is in the table');
  return { index, row: 0 };
}

/** How many cells were found to count, of each time that the row was condensed. */
function condensedOf(part: RowPart): number[] {
  return entriesOf(part).flatMap((entry) => part.index.condensedAt(entry)?.places.length ?? []);
}

function textOf(cells: CellList): string[] {
  return Array.from({ length: cells.count }, (_, i) => {
    const at = cells.qualifierAt(i);
    const valueAt = cells.valueAt(i);
    const column = cells.data.toString('latin1', at, at + cells.qualifierLength(i));
    return `${column}=${cells.data.toString('latin1', valueAt, valueAt + cells.valueLength(i))}@${cells.timestamps[i]}`;
  });
}

function baseOf(cells: readonly { qualifier: string; timestamp: number }[]): CellList {
  const base = new CellList();
  const value = Buffer.from('base');
  const unique = new Map(cells.map((cell) => [cell.qualifier, cell.timestamp]));
  for (const [qualifier, timestamp] of [...unique].sort(([a], [b]) => (a < b ? -1 : 1)))
    addColumn(base, timestamp, T, Buffer.from(qualifier), 0, qualifier.length, value, 0, value.length);
  return base;
}

const qualifier = fc.constantFrom('a', 'ab', 'b', 'c');
const anyPut = fc.record({
  family: fc.constantFrom(T, U),
  qualifier,
  value: fc.string({ maxLength: 6, unit: 'binary-ascii' }),
  timestamp: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) }),
});
const anyBase = fc.array(fc.record({ qualifier, timestamp: fc.integer({ min: 0, max: 60 }) }), { maxLength: 5 });
const anyOther: fc.Arbitrary<Change> = fc.oneof(
  qualifier.map((q) => deleteChange('tsdb', [{ row: ROW, family: T, qualifiers: [Buffer.from(q)] }])),
  qualifier.map((q) => deleteChange('tsdb', [{ row: ROW, family: T, qualifiers: [Buffer.from(q)], timestamps: [20] }])),
  fc.constantFrom(deleteChange('tsdb', [{ row: ROW }]), deleteChange('tsdb', [{ row: ROW, family: T }])),
  qualifier.map((q) => putChange('tsdb', T, [{ row: ROW, cells: PackedCells.of(Buffer.from(q), Buffer.from('+')) }], 'append')),
  qualifier.map((q) => compareAndSetChange('tsdb', ROW, T, Buffer.from(q), null, Buffer.from('set'), 0)),
  qualifier.map((q) => compareAndSetChange('tsdb', ROW, T, Buffer.from(q), Buffer.from('base'), Buffer.from('set'), 7)),
  qualifier.map((q) => incrementChange('tsdb', ROW, T, Buffer.from(q), 3n)),
);

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
      for (const segment of open.splice(0)) segment.close();
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
