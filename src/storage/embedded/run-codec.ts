/**
 * Runs: neighbouring cells of one row and family in one LMDB entry, for tables with many small cells a row. LMDB's own cost is some
 * 30 bytes an entry, and pages that fill at random stay half empty: cells kept singly take five times their size.
 *
 * Key: that of the run's first cell. Runs of a row never overlap. Value, big-endian:
 *
 *   255 | kind (1) | CRC-32 of what follows (4) | COLUMNS: how many cells (number) | columns, see run-columns.ts
 *                                               | CELLS: as below
 *
 * Before there were kinds, and where the cells are not those of points:
 *
 *   timestamp of the first cell (6) | for each cell: timestamp less the first one's (i32) | length of qualifier | length of value | qualifier | value
 *
 * Lengths are one byte, 255 says that two (qualifier) or four (value) follow. No timestamp starts with 255 before the year 10,800.
 */
import { crc32 } from '../../util/crc32';
import { DamagedStoreError } from '../errors';
import { copyBytes } from './bytes';
import { CELL_TIME_BYTES, readTimestamp, writeTimestamp, newWindow, type ValueWindow } from './cell-value';
import type { CellList } from './cell-list';
import { decodedRowLength, decodeRow, rowEnd } from './key-codec';
import type { RunTarget } from './run-target';
import { columnsBytes, readColumns, writeColumns } from './columns/run-columns';
import { DATA_FILE } from './store-files';

const DELTA_BYTES = 4;
const ESCAPE = 255;
const MAX_DELTA = 2 ** 31 - 1;

const MARK = 255;
const HEADER_BYTES = 6;
const COLUMNS = 1;
const CELLS = 2;

/** Each time that cells come to a run, all of it is written. */
export const MAX_RUN_CELLS = 180;
/** Several runs must fit a page of 4 KB, or LMDB gives each a page of its own. */
export const MAX_RUN_BYTES = 1900;
/** Cells whose bytes are more than this do not become fewer than MAX_RUN_BYTES. */
const MOST_BYTES = 8 << 10;

/**
 * Adds the cells of a run to a list.
 * @returns how many
 * @throws DamagedStoreError that names the row
 */
export function addRun(list: RunTarget, { value, valueLength, keyBytes, keyStart }: RunEntry): number {
  if (value[0] !== MARK) return addCells(list, value, 0, valueLength);
  if (!isWholeRun(value, valueLength)) {
    const end = rowEnd(keyBytes, keyStart);
    const row = Buffer.alloc(decodedRowLength(keyBytes, keyStart, end));
    decodeRow(keyBytes, keyStart, end, row, 0);
    throw new DamagedStoreError(`the cells of row ${row.toString('hex')} in ${DATA_FILE} are not what was written`);
  }
  return value[1] === CELLS ? addCells(list, value, HEADER_BYTES, valueLength) : readColumns(list, value, HEADER_BYTES);
}

/** Where LMDB has a run: its key and its value. */
export interface RunEntry {
  keyBytes: Uint8Array;
  keyStart: number;
  value: Buffer;
  valueLength: number;
}

/** Whether a run's checksum is right; those from before there were checksums count as whole. */
export function isWholeRun(run: Buffer, length = run.length): boolean {
  if (run[0] !== MARK) return true;
  if (length < HEADER_BYTES || (run[1] !== CELLS && run[1] !== COLUMNS)) return false;
  return crc32(run.subarray(HEADER_BYTES, length)) === run.readUInt32BE(2);
}

function addCells(list: RunTarget, run: Uint8Array, from: number, to: number): number {
  let count = 0;
  const start = list.copyIn(run, from, to);
  const d = list.data;
  const end = start + to - from;
  const first = readTimestamp(d, start);
  for (let at = start + CELL_TIME_BYTES; at < end; count++) {
    const delta = (d[at] << 24) | (d[at + 1] << 16) | (d[at + 2] << 8) | d[at + 3];
    at += DELTA_BYTES;
    let qualifierLength = d[at++];
    if (qualifierLength === ESCAPE) {
      qualifierLength = d.readUInt16BE(at);
      at += 2;
    }
    let valueLength = d[at++];
    if (valueLength === ESCAPE) {
      valueLength = d.readUInt32BE(at);
      at += 4;
    }
    list.note(first + delta, at, qualifierLength, at + qualifierLength, valueLength);
    at += qualifierLength + valueLength;
  }
  return count;
}

/** Bytes that a cell takes where there are no columns. */
function cellBytes(cells: CellList, i: number): number {
  const q = cells.qualifierLength(i);
  const v = cells.valueLength(i);
  return DELTA_BYTES + 2 + (q >= ESCAPE ? 2 : 0) + (v >= ESCAPE ? 4 : 0) + q + v;
}

/** How many cells from `first` on may make one run. */
export function runSize(cells: CellList, first: number, end: number): number {
  let bytes = cellBytes(cells, first);
  const last = Math.min(end, first + MAX_RUN_CELLS);
  let i = first + 1;
  for (; i < last; i++) {
    bytes += cellBytes(cells, i);
    if (bytes > MOST_BYTES || Math.abs(cells.timestamps[i] - cells.timestamps[first]) > MAX_DELTA) break;
  }
  return i - first;
}

/** Encodes runs, one after the other in the same memory. */
export class RunEncoder {
  private window = newWindow(4096);

  /** @returns the run's value; good until the next one is encoded */
  encode(cells: CellList, first: number, size: number): ValueWindow {
    let need = HEADER_BYTES + CELL_TIME_BYTES;
    for (let i = first; i < first + size; i++) need += cellBytes(cells, i);
    need = Math.max(need, HEADER_BYTES + columnsBytes(size));
    if (need > this.window.byteLength) this.window = newWindow(need * 2);
    const w = this.window;
    let end = writeColumns(cells, first, size, w, HEADER_BYTES);
    w[1] = COLUMNS;
    if (end < 0) {
      end = this.writeCells(cells, first, size);
      w[1] = CELLS;
    }
    w[0] = MARK;
    w.writeUInt32BE(crc32(w.subarray(HEADER_BYTES, end)), 2);
    w.start = 0;
    w.end = end;
    return w;
  }

  private writeCells(cells: CellList, first: number, size: number): number {
    const w = this.window;
    const base = cells.timestamps[first];
    let at = writeTimestamp(base, w, HEADER_BYTES);
    for (let i = first; i < first + size; i++) {
      const delta = cells.timestamps[i] - base;
      w[at] = delta >> 24;
      w[at + 1] = delta >> 16;
      w[at + 2] = delta >> 8;
      w[at + 3] = delta;
      at += DELTA_BYTES;
      const q = cells.qualifierLength(i);
      const v = cells.valueLength(i);
      w[at++] = Math.min(q, ESCAPE);
      if (q >= ESCAPE) at = w.writeUInt16BE(q, at);
      w[at++] = Math.min(v, ESCAPE);
      if (v >= ESCAPE) at = w.writeUInt32BE(v, at);
      copyBytes(cells.data, cells.qualifierAt(i), q, w, at);
      copyBytes(cells.data, cells.valueAt(i), v, w, at + q);
      at += q + v;
    }
    return at;
  }
}
