/** What can be appended to the log. Each is encoded when it is known into which segment it goes. */
import type { PackedRows } from '../../packed-rows';
import type { RowDelete, RowPut } from '../../storage';
import { Operation } from './layout';
import type { RecordWriter } from './record-writer';

/** Where the segment has a row already; 0: nowhere. */
export type PlaceOf = (rows: Buffer, at: number, length: number) => number;

/** A call that changes something. */
export interface Call {
  /** Its caller has been answered: what it was given must not be read any more. */
  over: boolean;
}

export interface Change {
  table: string;
  families: readonly Buffer[];
  /** What it takes in the log, about. */
  bytes: number;
  writeEntries(writer: RecordWriter, placeOf: PlaceOf): void;
}

const NOTHING = Buffer.alloc(0);
/** An entry without its row and cells, and a cell without its bytes, at most. */
const ENTRY_BYTES = 16;

export function putChange(table: string, family: Buffer, rows: readonly RowPut[], operation: 'put' | 'append'): Change {
  let bytes = 0;
  for (const { row, cells } of rows) bytes += ENTRY_BYTES + row.length + cells.length;
  return {
    table,
    families: [family],
    bytes,
    writeEntries: (writer, placeOf) => {
      for (const { row, cells, timestamps } of rows) {
        const timed = operation === 'put' && timestamps !== undefined;
        const code = operation === 'append' ? Operation.append : timed ? Operation.putAt : Operation.put;
        writer.entry(code, 0, row, placeOf(row, 0, row.length), cells.count);
        writer.cells(cells, timed ? timestamps : undefined);
      }
    },
  };
}

/** The same of rows that are in slabs. */
export function putRowsChange(table: string, family: Buffer, rows: PackedRows): Change {
  let bytes = 0;
  for (let i = 0; i < rows.size; i++) bytes += ENTRY_BYTES + rows.keyLength(i) + rows.cellsLength(i);
  return {
    table,
    families: [family],
    bytes,
    writeEntries: (writer, placeOf) => {
      for (let i = 0; i < rows.size; i++) writer.put(rows, i, placeOf(rows.bytes(i), rows.keyAt(i), rows.keyLength(i)));
    },
  };
}

export function deleteChange(table: string, rows: readonly RowDelete[]): Change {
  const families: Buffer[] = [];
  const numberOf = (family: Buffer | undefined): number => {
    if (family === undefined) return 0;
    const known = families.findIndex((f) => f.equals(family));
    return known >= 0 ? known : families.push(family) - 1;
  };
  const numbers = rows.map(({ family }) => numberOf(family));
  let bytes = 0;
  for (const { row, qualifiers = [] } of rows)
    bytes += ENTRY_BYTES + row.length + qualifiers.reduce((sum, q) => sum + ENTRY_BYTES + q.length, 0);
  return {
    table,
    families,
    bytes,
    writeEntries: (writer, placeOf) =>
      rows.forEach(({ row, family, qualifiers, timestamps }, i) => {
        const place = placeOf(row, 0, row.length);
        if (family === undefined) return writer.entry(Operation.deleteRow, 0, row, place, 0);
        if (qualifiers === undefined) return writer.entry(Operation.deleteFamily, numbers[i], row, place, 0);
        writer.entry(timestamps === undefined ? Operation.deleteCells : Operation.deleteCellsTo, numbers[i], row, place, qualifiers.length);
        qualifiers.forEach((q, n) => writer.cell(timestamps?.[n] ?? null, q, null));
      }),
  };
}

export function incrementChange(table: string, row: Buffer, family: Buffer, qualifier: Buffer, amount: bigint): Change {
  const value = Buffer.alloc(8);
  value.writeBigInt64BE(amount);
  return {
    table,
    families: [family],
    bytes: 2 * ENTRY_BYTES + row.length + qualifier.length + value.length,
    writeEntries: (writer, placeOf) => {
      writer.entry(Operation.increment, 0, row, placeOf(row, 0, row.length), 1);
      writer.cell(null, qualifier, value);
    },
  };
}

/** @param timestamp 0: when it is written */
export function compareAndSetChange(
  table: string,
  row: Buffer,
  family: Buffer,
  qualifier: Buffer,
  expected: Buffer | null,
  value: Buffer,
  timestamp: number,
): Change {
  return {
    table,
    families: [family],
    bytes: 3 * ENTRY_BYTES + row.length + 2 * qualifier.length + value.length + (expected ?? NOTHING).length,
    writeEntries: (writer, placeOf) => {
      writer.entry(
        expected === null ? Operation.putIfAbsent : Operation.compareAndSet,
        0,
        row,
        placeOf(row, 0, row.length),
        expected === null ? 1 : 2,
      );
      writer.cell(timestamp, qualifier, value);
      if (expected !== null) writer.cell(0, NOTHING, expected);
    },
  };
}
