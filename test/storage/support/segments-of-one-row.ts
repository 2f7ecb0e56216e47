/** Segments of a log with changes of one row, and any such changes. */
import { appendFileSync, mkdirSync } from 'node:fs';
import fc from 'fast-check';
import { PackedCells } from '../../../src/storage';
import { CellList } from '../../../src/storage/embedded/cell-list';
import { compareAndSetChange, deleteChange, incrementChange, putChange, type Change } from '../../../src/storage/embedded/log/changes';
import { CHANGES } from '../../../src/storage/embedded/log/layout';
import { makeSegment, segmentPath } from '../../../src/storage/embedded/log/log-files';
import { RecordWriter } from '../../../src/storage/embedded/log/record-writer';
import type { RowIndex } from '../../../src/storage/embedded/log/row-index';
import { addColumn, type RowPart } from '../../../src/storage/embedded/log/row-puts';
import { Segment } from '../../../src/storage/embedded/log/segment';
import { newPath, T } from './left-stores';

export const U = Buffer.from('u');
export const ROW = Buffer.from('row');
const OURS = 1;
export const NEVER = 2 ** 40;

export interface Put {
  family: Buffer;
  qualifier: string;
  value: string;
  /** Null: that of its record. */
  timestamp: number | null;
}

const open: Segment[] = [];
/** Closes what was opened. */
export function closeSegments(): void {
  for (const segment of open.splice(0)) segment.close();
}

/** Segments of a log of which each record is one change, at times 1, 2, ... unless it says another. */
export function written(changes: readonly { change: Change; time?: number }[]): { read: (condenseAfter?: number) => Segment } {
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

export const put = ({ family, qualifier, value, timestamp }: Put): Change =>
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
export function partOf(segment: Segment): RowPart & { index: RowIndex } {
  const index = segment.tables.get('tsdb');
  if (index === undefined) throw new Error('Nothing is in the table');
  return { index, row: 0 };
}

export function textOf(cells: CellList): string[] {
  return Array.from({ length: cells.count }, (_, i) => {
    const at = cells.qualifierAt(i);
    const valueAt = cells.valueAt(i);
    const column = cells.data.toString('latin1', at, at + cells.qualifierLength(i));
    return `${column}=${cells.data.toString('latin1', valueAt, valueAt + cells.valueLength(i))}@${cells.timestamps[i]}`;
  });
}

export function baseOf(cells: readonly { qualifier: string; timestamp: number }[]): CellList {
  const base = new CellList();
  const value = Buffer.from('base');
  const unique = new Map(cells.map((cell) => [cell.qualifier, cell.timestamp]));
  for (const [qualifier, timestamp] of [...unique].sort(([a], [b]) => (a < b ? -1 : 1)))
    addColumn(base, timestamp, T, Buffer.from(qualifier), 0, qualifier.length, value, 0, value.length);
  return base;
}

export const qualifier = fc.constantFrom('a', 'ab', 'b', 'c');
export const anyPut = fc.record({
  family: fc.constantFrom(T, U),
  qualifier,
  value: fc.string({ maxLength: 6, unit: 'binary-ascii' }),
  timestamp: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) }),
});
export const anyBase = fc.array(fc.record({ qualifier, timestamp: fc.integer({ min: 0, max: 60 }) }), { maxLength: 5 });
export const anyOther: fc.Arbitrary<Change> = fc.oneof(
  qualifier.map((q) => deleteChange('tsdb', [{ row: ROW, family: T, qualifiers: [Buffer.from(q)] }])),
  qualifier.map((q) => deleteChange('tsdb', [{ row: ROW, family: T, qualifiers: [Buffer.from(q)], timestamps: [20] }])),
  fc.constantFrom(deleteChange('tsdb', [{ row: ROW }]), deleteChange('tsdb', [{ row: ROW, family: T }])),
  qualifier.map((q) => putChange('tsdb', T, [{ row: ROW, cells: PackedCells.of(Buffer.from(q), Buffer.from('+')) }], 'append')),
  qualifier.map((q) => compareAndSetChange('tsdb', ROW, T, Buffer.from(q), null, Buffer.from('set'), 0)),
  qualifier.map((q) => compareAndSetChange('tsdb', ROW, T, Buffer.from(q), Buffer.from('base'), Buffer.from('set'), 7)),
  qualifier.map((q) => incrementChange('tsdb', ROW, T, Buffer.from(q), 3n)),
);
