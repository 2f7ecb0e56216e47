/** Reads a range of a table, one batch of whole rows in one look at the file. */
import type { Row } from '../row';
import type { RowPredicate } from '../row-filter';
import { readTimestamp, TIMESTAMP_BYTES, valueOffset } from './cell-value';
import { RangeStart, type Table } from './environment';
import { CellKey, decodedRowLength, decodeRow, LONG, rowEnd } from './key-codec';
import { RowCollector } from './row-collector';

export interface Selection {
  /** Inclusive. */
  start: Buffer;
  /** Exclusive; empty: to the end. */
  stop: Buffer;
  family?: Buffer;
  qualifiers?: readonly Buffer[];
  timeRange?: { min: number; max: number };
  firstCellOnly?: boolean;
  accepts: RowPredicate | null;
}

/** When a batch is full: a row that was begun is still read to its end. */
export interface BatchBounds {
  rows: number;
  bytes: number;
  /** Entries looked at, wanted or not: how long the event loop is held. */
  entries: number;
}

export interface Batch {
  rows: Row[];
  /** Where the next batch starts; null: the range is read. */
  next: Buffer | null;
}

/** After so many unwanted cells of a row, jumping to the next row is cheaper than passing by. */
const JUMP_AFTER = 24;

/** A cell whose key was stored as a hash, held until the others with the same start are there. */
interface LongEntry {
  key: Buffer;
  timestamp: number;
  value: Buffer;
}

export class RangeReader {
  private readonly collector = new RowCollector();
  /** Row, and row with family, of the cell before: a cell with the same start belongs to them. */
  private readonly column = new CellKey();
  private readonly from = new CellKey();
  private rowOpen = false;
  private rowWanted = false;
  private familyWanted = false;
  private columnLength = 0;
  private unwanted = 0;
  private entries = 0;
  private next: Buffer | null = null;

  constructor(
    private readonly table: Table,
    private readonly selection: Selection,
    private readonly bounds: BatchBounds,
  ) {}

  read(): Batch {
    this.from.setRow(this.selection.start);
    let jump: boolean;
    do {
      this.unwanted = 0;
      jump = this.run();
    } while (jump);
    if (this.rowOpen) this.collector.endRow();
    return { rows: this.collector.finish(), next: this.next };
  }

  /** Goes on from `from` until the range or the batch ends; true: `from` was set further on, go on there. */
  private run(): boolean {
    let group: LongEntry[] | null = null;
    for (const { value: entry } of this.table.cells.getRange({ start: new RangeStart(this.from) })) {
      this.entries++;
      const { keyBytes, keyStart, keyEnd, value, valueLength } = entry;
      if (group !== null && (keyEnd - keyStart <= LONG || !sharesStart(group[0].key, keyBytes, keyStart))) {
        if (!this.takeGroup(group)) return false;
        group = null;
      }
      if (keyEnd - keyStart > LONG) {
        (group ??= []).push(longEntry(value, valueLength));
        continue;
      }
      if (!this.take(keyBytes, keyStart, keyEnd, value, TIMESTAMP_BYTES, valueLength, readTimestamp(value))) return false;
      if (this.unwanted >= JUMP_AFTER && this.column.rowLength < LONG) {
        this.from.pastRow(this.column.bytes, 0, this.column.rowLength);
        return true;
      }
    }
    if (group !== null) this.takeGroup(group);
    return false;
  }

  private takeGroup(group: LongEntry[]): boolean {
    group.sort((a, b) => a.key.compare(b.key));
    return group.every((e) => this.take(e.key, 0, e.key.length, e.value, 0, e.value.length, e.timestamp));
  }

  /** False: the batch ends before this cell. */
  private take(
    key: Uint8Array,
    from: number,
    end: number,
    value: Uint8Array,
    valueAt: number,
    valueEnd: number,
    timestamp: number,
  ): boolean {
    if (!this.rowOpen || !startsWith(key, from, end, this.column.bytes, this.columnLength)) {
      if (!this.openColumn(key, from, end)) return false;
    }
    const s = this.selection;
    const qualifierAt = from + this.columnLength;
    if (
      !this.rowWanted ||
      !this.familyWanted ||
      (s.timeRange !== undefined && (timestamp < s.timeRange.min || timestamp >= s.timeRange.max)) ||
      (s.qualifiers !== undefined && !isOneOf(s.qualifiers, key, qualifierAt, end))
    ) {
      if (!this.rowWanted) this.unwanted++;
      return true;
    }
    this.collector.addCell(key, qualifierAt, end - qualifierAt, value, valueAt, valueEnd - valueAt, timestamp);
    if (s.firstCellOnly) this.rowWanted = false;
    return true;
  }

  /** A new row or family begins. */
  private openColumn(key: Uint8Array, from: number, end: number): boolean {
    const column = this.column;
    const sameRow = this.rowOpen && startsWith(key, from, end, column.bytes, column.rowLength);
    if (!sameRow && !this.openRow(key, from)) return false;
    const rowLength = rowEnd(key, from) - from;
    let familyEnd = from + rowLength;
    while (key[familyEnd] !== 0) familyEnd++;
    column.setEncoded(key, from, familyEnd + 1);
    column.rowLength = rowLength;
    this.columnLength = familyEnd + 1 - from;
    const family = this.selection.family;
    const familyLength = familyEnd - from - rowLength;
    this.familyWanted =
      family === undefined || (family.length === familyLength && startsWith(key, from + rowLength, familyEnd, family, familyLength));
    if (this.rowWanted && this.familyWanted) this.collector.startFamily(key, from + rowLength, familyLength);
    return true;
  }

  private openRow(key: Uint8Array, from: number): boolean {
    const { collector, selection: s, bounds } = this;
    if (this.rowOpen) collector.endRow();
    this.rowOpen = false;
    const end = rowEnd(key, from);
    const room = collector.reserveKey(decodedRowLength(key, from, end));
    const rowStop = decodeRow(key, from, end, room.target, room.at);
    if (s.stop.length > 0 && s.stop.compare(room.target, room.at, rowStop) <= 0) return false;
    if (collector.rowCount >= bounds.rows || collector.bytes >= bounds.bytes || this.entries > bounds.entries) {
      this.next = Buffer.from(room.target.subarray(room.at, rowStop));
      return false;
    }
    collector.startRow(rowStop - room.at);
    this.rowOpen = true;
    this.unwanted = 0;
    this.rowWanted =
      (end - from < LONG || s.start.compare(room.target, room.at, rowStop) <= 0) &&
      (s.accepts === null || s.accepts(room.target, room.at, rowStop));
    return true;
  }
}

function longEntry(stored: Buffer, length: number): LongEntry {
  const at = valueOffset(stored, true);
  return {
    key: Buffer.from(Uint8Array.prototype.subarray.call(stored, TIMESTAMP_BYTES + 4, at)),
    timestamp: readTimestamp(stored),
    value: Buffer.from(Uint8Array.prototype.subarray.call(stored, at, length)),
  };
}

function sharesStart(whole: Buffer, key: Buffer, from: number): boolean {
  return startsWith(key, from, from + LONG, whole, LONG);
}

function startsWith(key: Uint8Array, from: number, end: number, start: Uint8Array, length: number): boolean {
  if (end - from < length) return false;
  // From the end: neighbours differ there.
  for (let i = length - 1; i >= 0; i--) if (key[from + i] !== start[i]) return false;
  return true;
}

function isOneOf(qualifiers: readonly Buffer[], key: Uint8Array, from: number, end: number): boolean {
  return qualifiers.some((q) => q.length === end - from && startsWith(key, from, end, q, q.length));
}
