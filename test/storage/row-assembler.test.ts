/** Rows of cells that come one after the other: what is wanted of them, when a batch ends, where to go on behind what is not wanted. */
import { CellKey, columnEnd } from '../../src/storage/embedded/key-codec';
import { ReaderMemory } from '../../src/storage/embedded/reader-memory';
import { RowAssembler } from '../../src/storage/embedded/row-assembler';
import { RowCollector } from '../../src/storage/embedded/row-collector';
import type { BatchBounds, Selection } from '../../src/storage/embedded/selection';
import { EMPTY, T } from './support/left-stores';

const EVERYTHING: Selection = { start: EMPTY, stop: EMPTY, accepts: null };
const NO_BOUNDS: BatchBounds = { rows: Infinity, bytes: Infinity, entries: Infinity };

function assembler(selection: Partial<Selection> = {}, bounds: Partial<BatchBounds> = {}) {
  const collector = new RowCollector();
  const memory = new ReaderMemory();
  const rows = new RowAssembler({ ...EVERYTHING, ...selection }, { ...NO_BOUNDS, ...bounds }, collector, null, memory);
  const key = new CellKey();
  /** Enters the cell's column and takes it. @returns false: the batch ends before it */
  const give = (row: string, qualifier = 'q', value = 'v', timestamp = 1000, family = T): boolean => {
    key.setColumnFamily(Buffer.from(row), family);
    const columnLength = columnEnd(key.bytes, 0);
    key.setQualifier(Buffer.from(qualifier), 0, qualifier.length);
    if (!rows.enterColumn(key.bytes, 0, key.length)) return false;
    rows.take(key.bytes, columnLength, key.length - columnLength, Buffer.from(value), 0, value.length, timestamp);
    return true;
  };
  /** What has come together, and where the next batch starts. */
  const end = (): { rows: Record<string, string[]>; next: string | undefined } => {
    const next = rows.end()?.toString();
    const found: Record<string, string[]> = {};
    for (const row of collector.finish())
      found[row.key.toString()] = Array.from({ length: row.size }, (_, i) => `${row.family(i)}:${row.qualifier(i)}=${row.value(i)}`);
    return { rows: found, next };
  };
  return { rows, memory, give, end };
}

it('puts cells together, row by row and family by family', () => {
  const { give, end } = assembler();
  give('a', 'p');
  give('a', 'q', 'w');
  give('a', 'p', 'v', 1000, Buffer.from('u'));
  give('b');
  expect(end()).toEqual({ rows: { a: ['t:p=v', 't:q=w', 'u:p=v'], b: ['t:q=v'] }, next: undefined });
});

it('leaves out families, qualifiers, times and rows that are not wanted, and rows of which nothing is left', () => {
  const selection: Partial<Selection> = {
    family: T,
    qualifiers: [Buffer.from('q'), Buffer.from('r')],
    timeRange: { min: 1000, max: 2000 },
    accepts: (bytes, at, end) => bytes.toString('latin1', at, end) !== 'refused',
  };
  const { give, end } = assembler(selection);
  give('a', 'p');
  give('a', 'q', 'early', 999);
  give('a', 'r', 'late', 2000);
  give('b', 'q', 'taken', 1999);
  give('b', 'q', 'other', 1000, Buffer.from('u'));
  give('refused');
  expect(end().rows).toEqual({ b: ['t:q=taken'] });
});

it('takes the first cell of each row alone when no more is asked for', () => {
  const { give, end } = assembler({ firstCellOnly: true });
  for (const row of ['a', 'b']) for (const qualifier of ['p', 'q']) give(row, qualifier);
  expect(end().rows).toEqual({ a: ['t:p=v'], b: ['t:p=v'] });
});

it('ends a full batch between two rows, and says where the next starts', () => {
  const { give, end } = assembler({}, { rows: 1 });
  expect([give('a', 'p'), give('a', 'q'), give('b')]).toEqual([true, true, false]);
  expect(end()).toEqual({ rows: { a: ['t:p=v', 't:q=v'] }, next: 'b' });
});

it('ends the range before its stop', () => {
  const { give, end } = assembler({ stop: Buffer.from('b') });
  expect([give('a'), give('b')]).toEqual([true, false]);
  expect(end()).toEqual({ rows: { a: ['t:q=v'] }, next: undefined });
});

it('jumps behind the rest of an unwanted row when it is long', () => {
  const { rows, memory, give } = assembler({ accepts: () => false });
  for (let i = 0; i < 23; i++) give('a', `q${i}`);
  expect(rows.jump(memory.from)).toBe(false);
  give('a', 'last');
  expect(rows.jump(memory.from)).toBe(true);
  const inside = new CellKey().setColumnFamily(Buffer.from('a'), T).setQualifier(Buffer.from('z'), 0, 1);
  const behind = new CellKey().setRow(Buffer.from('aa'));
  const place = memory.from.bytes.subarray(0, memory.from.length);
  expect(place.compare(inside.bytes.subarray(0, inside.length))).toBe(1);
  expect(place.compare(behind.bytes.subarray(0, behind.length))).toBe(-1);
});
