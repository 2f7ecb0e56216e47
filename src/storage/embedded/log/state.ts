/**
 * What LMDB knows of the log, in its table of the store itself. It changes in the transactions that bring the log's changes to the
 * tables, so whoever looks at a snapshot of LMDB knows which part of the log comes on top of it.
 */
import { readTimestamp, writeTimestamp } from '../cell-value';

/** Its name in that table. */
export const LOG_KEY = 'log';

export interface LogState {
  /** Number of the first segment that is not all in the tables. */
  first: number;
  /** Newest time that the store's clock gave to cells of merged segments. */
  time: number;
  /** How far the first segment is merged: tables below this one, and of it the rows up to this. */
  table: string;
  row: Buffer;
}

export const NEW_LOG: LogState = { first: 1, time: 0, table: '', row: Buffer.alloc(0) };

export function encodeLogState({ first, time, table, row }: LogState): Buffer {
  const bytes = Buffer.alloc(13 + table.length + row.length);
  writeTimestamp(first, bytes, 0);
  writeTimestamp(time, bytes, 6);
  bytes[12] = table.length;
  bytes.write(table, 13, 'latin1');
  row.copy(bytes, 13 + table.length);
  return bytes;
}

export function decodeLogState(bytes: Buffer): LogState {
  const rowAt = 13 + bytes[12];
  return {
    first: readTimestamp(bytes, 0),
    time: readTimestamp(bytes, 6),
    table: bytes.toString('latin1', 13, rowAt),
    row: Buffer.from(bytes.subarray(rowAt)),
  };
}
