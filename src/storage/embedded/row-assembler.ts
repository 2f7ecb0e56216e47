/** Rows that come together from cells, which are given in the order of their keys. */
import { compareBytes, startsWith } from './bytes';
import { columnEnd, decodedRowLength, decodeRow, LONG, rowEnd, type CellKey } from './key-codec';
import type { Overlay } from './log/overlay';
import { addColumn, familyLength, isSameFamily, onlyThese, type IsAsked, type RowPart } from './log/row-puts';
import type { ReaderMemory } from './reader-memory';
import type { RowCollector } from './row-collector';
import { isWanted, type BatchBounds, type Selection } from './selection';

/** After so many unwanted cells of a row, jumping to the next row is cheaper than passing by. */
const JUMP_AFTER = 24;
/** After so many unwanted rows, jumping to where the next wanted one can be is cheaper than passing by. */
const JUMP_AFTER_ROWS = 24;

const NOTHING = Buffer.alloc(0);

/**
 * Tells which rows, families and cells are wanted, applies what the log has of a row, ends the batch when it is full, and knows where to go on
 * behind what is not wanted. Wanted cells go to the collector.
 */
export class RowAssembler {
  /** Row, and row with family, of the cell before: a cell with the same start belongs to them. */
  private readonly column: CellKey;
  /** Of rows of which the log has something; null: all columns are wanted. */
  private readonly isAsked: IsAsked | null;
  private rowOpen = false;
  /** Whether cells of the row that is open are wanted, and those of its family. */
  rowWanted = false;
  familyWanted = false;
  /** Length of what the keys of the family's cells begin with. */
  columnLength = 0;
  /** What was passed by in vain since the row began, in cells. */
  unwanted = 0;
  /** Rows one after the other that were not wanted. */
  private unwantedRows = 0;
  /** Where to go on instead of with the next row; null: there. */
  private jumpTo: Buffer | null = null;
  /** Looked at so far, as `BatchBounds` counts them. */
  entries = 0;
  /** Where the next batch starts; null: the range is read. */
  private next: Buffer | null = null;
  private family: Buffer = NOTHING;
  /** What the log has of the row that is read; its cells are gathered in `base` then. */
  private parts: readonly RowPart[] | null = null;

  constructor(
    private readonly selection: Selection,
    private readonly bounds: BatchBounds,
    private readonly collector: RowCollector,
    private readonly overlay: Overlay | null,
    private readonly memory: ReaderMemory,
  ) {
    this.column = memory.column;
    const { qualifiers } = selection;
    this.isAsked = overlay === null || qualifiers === undefined ? null : onlyThese(qualifiers);
  }

  /** Whether the log has something of the row that is open. */
  get isLogged(): boolean {
    return this.parts !== null;
  }

  /** The next cell is of the column whose key stands from `from` to `end`. @returns false: the batch ends before it */
  enterColumn(key: Uint8Array, from: number, end: number): boolean {
    return (this.rowOpen && startsWith(key, from, end, this.column.bytes, this.columnLength)) || this.openColumn(key, from);
  }

  /** Takes a cell of the column that was entered last, if it is wanted. */
  take(
    qualifiers: Uint8Array,
    qualifierAt: number,
    qualifierLength: number,
    values: Uint8Array,
    valueAt: number,
    valueLength: number,
    timestamp: number,
  ): void {
    const s = this.selection;
    if (!this.rowWanted) this.unwanted++;
    else if (this.parts !== null) {
      if (this.isAsked !== null && !this.isAsked(qualifiers, qualifierAt, qualifierLength)) return;
      addColumn(this.memory.base, timestamp, this.family, qualifiers, qualifierAt, qualifierLength, values, valueAt, valueLength);
    } else if (this.familyWanted && isWanted(s, qualifiers, qualifierAt, qualifierLength, timestamp)) {
      this.collector.addCell(qualifiers, qualifierAt, qualifierLength, values, valueAt, valueLength, timestamp);
      if (s.firstCellOnly) this.rowWanted = false;
    }
  }

  /**
   * Sets `from` behind what is unwanted: the rest of the row if it is long, or the rows that follow if many were unwanted.
   * @returns false: it is not worth it
   */
  jump(from: CellKey): boolean {
    if (this.jumpTo !== null) {
      from.setRow(this.jumpTo);
      this.jumpTo = null;
      return true;
    }
    if (this.unwanted < JUMP_AFTER || this.column.rowLength >= LONG) return false;
    from.pastRow(this.column.bytes, 0, this.column.rowLength);
    return true;
  }

  /** A new row or family begins. */
  private openColumn(key: Uint8Array, from: number): boolean {
    const column = this.column;
    const end = columnEnd(key, from);
    const sameRow = this.rowOpen && startsWith(key, from, end, column.bytes, column.rowLength);
    if (!sameRow && !this.openRow(key, from)) return false;
    const familyAt = rowEnd(key, from);
    column.setEncoded(key, from, end);
    column.rowLength = familyAt - from;
    this.columnLength = end - from;
    const family = this.selection.family;
    const length = end - 1 - familyAt;
    this.familyWanted = family === undefined || compareBytes(key, familyAt, length, family, 0, family.length) === 0;
    if (this.parts !== null) this.family = Buffer.from(key.subarray(familyAt, familyAt + length));
    else if (this.rowWanted && this.familyWanted) this.collector.startFamily(key, familyAt, length);
    return true;
  }

  private openRow(key: Uint8Array, from: number): boolean {
    const { collector, selection: s } = this;
    this.closeRow();
    const end = rowEnd(key, from);
    if (this.overlay !== null) {
      const row = this.decoded(key, from, end);
      if (s.stop.length > 0 && s.stop.compare(row) <= 0) return false;
      if (!this.takeLoggedBefore(row, 0, row.length)) return false;
    }
    const room = collector.reserveKey(decodedRowLength(key, from, end));
    const rowStop = decodeRow(key, from, end, room.target, room.at);
    if (s.stop.length > 0 && s.stop.compare(room.target, room.at, rowStop) <= 0) return false;
    if (this.isFull()) {
      this.next = Buffer.from(room.target.subarray(room.at, rowStop));
      return false;
    }
    collector.startRow(rowStop - room.at);
    this.rowOpen = true;
    this.unwanted = 0;
    this.jumpTo = null;
    this.rowWanted =
      (end - from < LONG || s.start.compare(room.target, room.at, rowStop) <= 0) &&
      (s.accepts === null || s.accepts(room.target, room.at, rowStop));
    if (this.rowWanted) this.unwantedRows = 0;
    const { overlay } = this;
    if (overlay !== null && overlay.parts.length > 0 && overlay.compareTo(room.target, room.at, rowStop - room.at) === 0) {
      if (this.rowWanted) {
        this.parts = overlay.parts;
        this.memory.base.clear();
      }
      overlay.next();
    }
    return this.rowWanted || this.isWorthPassing(room.target, room.at, rowStop);
  }

  /** Finds out where to go on behind an unwanted row. False: no later row is wanted. */
  private isWorthPassing(key: Buffer, at: number, end: number): boolean {
    const { places } = this.selection;
    if (places === undefined || places === null || ++this.unwantedRows < JUMP_AFTER_ROWS) return true;
    this.unwantedRows = 0;
    const next = places.nextAfter(key, at, end);
    if (next === null) return false;
    this.jumpTo = next.length === 0 ? null : next;
    return true;
  }

  private isFull(): boolean {
    const { collector, bounds } = this;
    return collector.rowCount >= bounds.rows || collector.bytes >= bounds.bytes || this.entries > bounds.entries;
  }

  private closeRow(): void {
    if (!this.rowOpen) return;
    this.rowOpen = false;
    if (this.parts !== null) this.takeFolded(this.parts);
    this.parts = null;
    this.collector.endRow();
  }

  /** Ends the last row, and takes those behind it that only the log has. @returns where the next batch starts; null: the range is read */
  end(): Buffer | null {
    const { stop } = this.selection;
    this.closeRow();
    if (this.next === null) this.takeLoggedBefore(stop, 0, stop.length);
    return this.next;
  }

  /** Rows below this key of which only the log knows; an empty key stands for the end. False: the batch ends before one of them. */
  private takeLoggedBefore(key: Uint8Array, at: number, length: number): boolean {
    const { overlay, collector, selection: s } = this;
    if (overlay === null) return true;
    for (; overlay.parts.length > 0 && (length === 0 || overlay.compareTo(key, at, length) < 0); overlay.next()) {
      const { keyLength } = overlay;
      const room = collector.reserveKey(keyLength);
      overlay.copyKey(room.target, room.at);
      if (this.isFull()) {
        this.next = Buffer.from(room.target.subarray(room.at, room.at + keyLength));
        return false;
      }
      this.entries++;
      if (s.accepts !== null && !s.accepts(room.target, room.at, room.at + keyLength)) continue;
      collector.startRow(keyLength);
      this.memory.base.clear();
      this.takeFolded(overlay.parts);
      collector.endRow();
    }
    return true;
  }

  /** Applies the log to the row's cells in `base`, and takes those that are wanted. */
  private takeFolded(parts: readonly RowPart[]): void {
    const s = this.selection;
    const cells = this.memory.fold.fold(this.memory.base, parts, this.isAsked);
    const d = cells.data;
    let length = -1;
    for (let i = 0; i < cells.count; i++) {
      const at = cells.qualifierAt(i);
      if (i === 0 || !isSameFamily(cells, i - 1, length, i)) {
        length = familyLength(cells, i);
        this.familyWanted = s.family === undefined || compareBytes(d, at, length, s.family, 0, s.family.length) === 0;
        if (this.familyWanted) this.collector.startFamily(d, at, length);
      }
      const qualifierAt = at + length + 1;
      const qualifierLength = cells.qualifierLength(i) - length - 1;
      if (!this.familyWanted || !isWanted(s, d, qualifierAt, qualifierLength, cells.timestamps[i])) continue;
      this.collector.addCell(d, qualifierAt, qualifierLength, d, cells.valueAt(i), cells.valueLength(i), cells.timestamps[i]);
      if (s.firstCellOnly) break;
    }
    this.entries += this.memory.fold.cost >> 1;
  }

  private decoded(key: Uint8Array, from: number, end: number): Buffer {
    const row = Buffer.allocUnsafe(decodedRowLength(key, from, end));
    decodeRow(key, from, end, row, 0);
    return row;
  }
}
