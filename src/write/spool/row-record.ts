import { DATA_FAMILY } from '../../schema';
import { PackedCells, type RowDelete, type RowPut } from '../../storage';

/** What happens to a row, on its way through the spool. */
export type RowRecord = PutRecord | DeleteRecord;

/** Cells of one family that are put, or appended. */
export interface PutRecord {
  append: boolean;
  family: Buffer;
  put: RowPut;
}

export interface DeleteRecord {
  delete: RowDelete;
}

/** Flags, key length, cell count, bytes of cells. */
const HEADER = 1 + 2 + 4 + 4;
const APPEND = 1;
const TIMESTAMPS = 2;
/** The family stands at the end. A put without it is one of family `t`, as nearly all are. */
const FAMILY = 4;
const DELETE = 8;
/** A delete of certain columns: they stand where a put has its cells. */
const COLUMNS = 16;

const NO_CELLS = new PackedCells(0);

interface Parts {
  row: Buffer;
  cells: PackedCells;
  timestamps?: readonly number[];
  /** Null: not written down. */
  family: Buffer | null;
}

/**
 * u8 flags | u16 key length | u32 cells | u32 bytes of cells | key | cells as PackedCells has them | f64 timestamp a cell (with flag 2) |
 * u8 length and bytes of the family (with flag 4)
 */
function encode(flags: number, { row, cells, timestamps, family }: Parts): Buffer {
  const times = timestamps?.length ?? 0;
  const record = Buffer.allocUnsafe(HEADER + row.length + cells.length + 8 * times + (family === null ? 0 : 1 + family.length));
  record[0] = flags | (timestamps === undefined ? 0 : TIMESTAMPS) | (family === null ? 0 : FAMILY);
  record.writeUInt16BE(row.length, 1);
  record.writeUInt32BE(cells.count, 3);
  record.writeUInt32BE(cells.length, 7);
  row.copy(record, HEADER);
  cells.bytes.copy(record, HEADER + row.length, 0, cells.length);
  let at = HEADER + row.length + cells.length;
  for (let i = 0; i < times; i++, at += 8) record.writeDoubleBE(timestamps![i], at);
  if (family !== null) {
    record[at] = family.length;
    family.copy(record, at + 1);
  }
  return record;
}

export function encodePut({ append, family, put }: PutRecord): Buffer {
  return encode(append ? APPEND : 0, { ...put, family: family.equals(DATA_FAMILY) ? null : family });
}

export function encodeDelete({ row, family, qualifiers, timestamps }: RowDelete): Buffer {
  if (qualifiers === undefined) return encode(DELETE, { row, cells: NO_CELLS, family: family ?? null });
  const cells = new PackedCells();
  for (const qualifier of qualifiers) cells.add(qualifier, Buffer.alloc(0));
  return encode(DELETE | COLUMNS, { row, cells, timestamps, family: family ?? null });
}

/** The record; its parts are views of the payload. @throws RangeError for bytes that are none */
export function decodeRecord(payload: Buffer): RowRecord {
  const flags = payload[0];
  const keyTo = HEADER + payload.readUInt16BE(1);
  const cells = new PackedCells(0);
  cells.count = payload.readUInt32BE(3);
  cells.length = payload.readUInt32BE(7);
  const cellsTo = keyTo + cells.length;
  if (cellsTo > payload.length) throw new RangeError('a row of the spool is cut short');
  cells.bytes = payload.subarray(keyTo, cellsTo);
  const row = payload.subarray(HEADER, keyTo);
  const timed = (flags & TIMESTAMPS) !== 0;
  const times = timed ? Array.from({ length: cells.count }, (_, i) => payload.readDoubleBE(cellsTo + 8 * i)) : null;
  const family = (flags & FAMILY) === 0 ? null : familyAt(payload, cellsTo + (timed ? 8 * cells.count : 0));
  const timestamps = times === null ? {} : { timestamps: times };
  if ((flags & DELETE) === 0) return { append: (flags & APPEND) !== 0, family: family ?? DATA_FAMILY, put: { row, cells, ...timestamps } };
  const columns = (flags & COLUMNS) === 0 ? {} : { qualifiers: qualifiersOf(cells), ...timestamps };
  return { delete: { row, ...(family === null ? {} : { family }), ...columns } };
}

/** The key of a record's row. @throws RangeError for bytes that are none */
export function rowOfRecord(payload: Buffer): Buffer {
  const record = decodeRecord(payload);
  return 'delete' in record ? record.delete.row : record.put.row;
}

function familyAt(payload: Buffer, at: number): Buffer {
  const to = at + 1 + payload.readUInt8(at);
  if (to > payload.length) throw new RangeError('a row of the spool is cut short');
  return payload.subarray(at + 1, to);
}

function qualifiersOf(cells: PackedCells): Buffer[] {
  const qualifiers: Buffer[] = [];
  cells.forEach((at, length) => qualifiers.push(cells.bytes.subarray(at, at + length)));
  return qualifiers;
}

/** One row with the cells of both, the later ones behind; both have timestamps, or neither. */
export function joinRows(first: RowPut, later: RowPut): RowPut {
  const cells = new PackedCells(0);
  cells.bytes = Buffer.concat([first.cells.bytes.subarray(0, first.cells.length), later.cells.bytes.subarray(0, later.cells.length)]);
  cells.length = cells.bytes.length;
  cells.count = first.cells.count + later.cells.count;
  if (first.timestamps === undefined || later.timestamps === undefined) return { row: first.row, cells };
  return { row: first.row, cells, timestamps: [...first.timestamps, ...later.timestamps] };
}
