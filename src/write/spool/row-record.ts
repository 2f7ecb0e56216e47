import { PackedCells, type RowPut } from '../../storage';

/** A row's cells on their way through the spool. */
export interface RowRecord {
  append: boolean;
  put: RowPut;
}

/** Flags, key length, cell count, bytes of cells. */
const HEADER = 1 + 2 + 4 + 4;
const APPEND = 1;
const TIMESTAMPS = 2;

/**
 * u8 flags | u16 key length | u32 cells | u32 bytes of cells | key | cells as PackedCells has them | f64 timestamp a cell (with flag 2)
 */
export function encodeRow({ append, put }: RowRecord): Buffer {
  const { row, cells, timestamps } = put;
  const times = timestamps?.length ?? 0;
  const record = Buffer.allocUnsafe(HEADER + row.length + cells.length + 8 * times);
  record[0] = (append ? APPEND : 0) | (timestamps === undefined ? 0 : TIMESTAMPS);
  record.writeUInt16BE(row.length, 1);
  record.writeUInt32BE(cells.count, 3);
  record.writeUInt32BE(cells.length, 7);
  row.copy(record, HEADER);
  cells.bytes.copy(record, HEADER + row.length, 0, cells.length);
  for (let i = 0, at = HEADER + row.length + cells.length; i < times; i++, at += 8) record.writeDoubleBE(timestamps![i], at);
  return record;
}

/** The record; key and cells are views of the payload. @throws RangeError for bytes that are none */
export function decodeRow(payload: Buffer): RowRecord {
  const flags = payload[0];
  const keyTo = HEADER + payload.readUInt16BE(1);
  const cells = new PackedCells(0);
  cells.count = payload.readUInt32BE(3);
  cells.length = payload.readUInt32BE(7);
  const cellsTo = keyTo + cells.length;
  if (cellsTo > payload.length) throw new RangeError('a row of the spool is cut short');
  cells.bytes = payload.subarray(keyTo, cellsTo);
  const put: RowPut = { row: payload.subarray(HEADER, keyTo), cells };
  if (flags & TIMESTAMPS) put.timestamps = Array.from({ length: cells.count }, (_, i) => payload.readDoubleBE(cellsTo + 8 * i));
  return { append: (flags & APPEND) !== 0, put };
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
