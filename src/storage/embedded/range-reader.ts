/** Reads a range of a table, one batch of whole rows in one look at the file. */
import type { Row } from '../row';
import type { KeyPlaces } from '../key-ranges';
import type { RowPredicate } from '../row-filter';
import { RangeStart, type Entry, type StoredTable } from './table';
import { columnEnd, decodedRowLength, decodeRow, LONG, rowEnd, type CellKey } from './key-codec';
import { ReaderMemory } from './reader-memory';
import { RowCollector } from './row-collector';
import { compareBytes, startsWith } from './bytes';
import type { CellList } from './cell-list';
import { addRun } from './run-codec';
import type { CellStream, SingleCell } from './single-cells';
import type { Overlay } from './log/overlay';
import { addColumn, familyLength, isSameFamily, type IsAsked, type RowPart } from './log/row-cells';

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
  /** Where rows that are accepted can be at all; absent: anywhere. */
  places?: KeyPlaces | null;
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
/** After so many unwanted rows, jumping to where the next wanted one can be is cheaper than passing by. */
const JUMP_AFTER_ROWS = 24;
/** As much as passing by a run costs. */
const UNWANTED_RUN = 4;

const NOTHING = Buffer.alloc(0);

type Step = 'go on' | 'stop' | 'jump';

/** What a reader uses; what is absent it makes. */
export interface ReaderParts {
  /** Where the rows are put; an empty one. */
  readonly collector?: RowCollector;
  /** What the log has of the table, from the selection's start on; null: nothing. */
  readonly overlay?: Overlay | null;
  /** Nobody else's while this reads. */
  readonly memory?: ReaderMemory;
  /** False: no cell of the table stands singly. */
  readonly hasSingles?: boolean;
}

const NO_SINGLES: CellStream = { peek: () => null, advance: () => undefined };

export class RangeReader {
  private readonly collector: RowCollector;
  private readonly overlay: Overlay | null;
  private readonly memory: ReaderMemory;
  private readonly hasSingles: boolean;
  /** Row, and row with family, of the cell before: a cell with the same start belongs to them. */
  private readonly column: CellKey;
  private readonly from: CellKey;
  /** Nothing is asked for but families: of a run all cells are wanted, or none. */
  private readonly wholeRuns: boolean;
  /** Null: all columns are wanted. */
  private readonly isAsked: IsAsked | null;
  private rowOpen = false;
  private rowWanted = false;
  private familyWanted = false;
  private columnLength = 0;
  private unwanted = 0;
  /** Rows one after the other that were not wanted. */
  private unwantedRows = 0;
  /** Where to go on instead of with the next row; null: there. */
  private jumpTo: Buffer | null = null;
  private entries = 0;
  private next: Buffer | null = null;
  private family: Buffer = NOTHING;
  /** What the log has of the row that is read; its cells are gathered in `base` then. */
  private parts: readonly RowPart[] | null = null;

  constructor(
    private readonly table: StoredTable,
    private readonly selection: Selection,
    private readonly bounds: BatchBounds,
    { collector = new RowCollector(), overlay = null, memory = new ReaderMemory(), hasSingles = true }: ReaderParts = {},
  ) {
    this.collector = collector;
    this.overlay = overlay;
    this.memory = memory;
    this.hasSingles = hasSingles;
    ({ column: this.column, from: this.from } = memory);
    const { qualifiers, timeRange, firstCellOnly } = selection;
    this.isAsked = qualifiers === undefined ? null : (bytes, at, length) => isOneOf(qualifiers, bytes, at, length);
    this.wholeRuns = qualifiers === undefined && timeRange === undefined && firstCellOnly !== true;
  }

  read(): Batch {
    this.from.setRow(this.selection.start);
    let jump: boolean;
    do {
      this.unwanted = 0;
      jump = this.run(this.hasSingles ? this.memory.singles.open(this.table, this.from) : NO_SINGLES);
      this.memory.singles.close();
    } while (jump);
    this.closeRow();
    if (this.next === null) this.takeLoggedBefore(this.selection.stop, 0, this.selection.stop.length);
    this.memory.trim();
    return { rows: this.collector.finish(), next: this.next };
  }

  /** Goes on from `from` until the range or the batch ends; true: `from` was set further on, go on there. */
  private run(singles: CellStream): boolean {
    if (this.table.runs !== null) {
      // As in nearly all ranges: nothing else is read in LMDB meanwhile, so a run can stay there until it is wanted.
      const alone = singles.peek() === null;
      for (const { value: entry } of this.table.runs.getRange({ start: new RangeStart(this.from) })) {
        const done = alone ? this.takeLoneRun(entry) : this.takeRunAmong(singles, entry);
        if (done === 'stop') return false;
        if (done === 'jump') return true;
      }
    }
    return this.singlesBefore(singles, null, 0) === 'jump';
  }

  /** Takes a run where there are no single cells. */
  private takeLoneRun(entry: Entry): Step {
    const { keyBytes, keyStart } = entry;
    const end = columnEnd(keyBytes, keyStart);
    this.entries++;
    if (!this.enterColumn(keyBytes, keyStart, end)) return 'stop';
    if (!this.rowWanted) {
      this.unwanted += UNWANTED_RUN;
      return this.mayJump() ? 'jump' : 'go on';
    }
    if (this.parts === null && !this.familyWanted) return 'go on';
    if (this.parts === null && this.wholeRuns) {
      this.entries += addRun(this.collector, entry) >> 3;
      return 'go on';
    }
    const cells = this.memory.run.clear();
    this.entries += addRun(cells, entry) >> 3;
    const d = cells.data;
    for (let i = 0; i < cells.count && this.rowWanted; i++)
      this.take(d, cells.qualifierAt(i), cells.qualifierLength(i), d, cells.valueAt(i), cells.valueLength(i), cells.timestamps[i]);
    return 'go on';
  }

  /** Takes what stands singly before a run, then the run. */
  private takeRunAmong(singles: CellStream, entry: Entry): Step {
    const { runKey, run } = this.memory;
    runKey.setEncoded(entry.keyBytes, entry.keyStart, entry.keyEnd);
    this.entries += 1 + (addRun(run.clear(), entry) >> 3);
    const passed = this.singlesBefore(singles, runKey.bytes, runKey.length);
    return passed === 'go on' ? this.takeRun(runKey, columnEnd(runKey.bytes, 0), run, singles) : passed;
  }

  /** Takes the single cells whose keys are below this one. */
  private singlesBefore(singles: CellStream, key: Buffer | null, length: number): Step {
    for (let cell = singles.peek(); cell !== null; cell = singles.peek()) {
      const { data, keyAt, keyEnd } = cell;
      if (key !== null && compareBytes(data, keyAt, keyEnd - keyAt, key, 0, length) >= 0) break;
      if (!this.enterColumn(data, keyAt, keyEnd)) return 'stop';
      this.takeSingle(cell);
      singles.advance();
      if (this.mayJump()) return 'jump';
    }
    return 'go on';
  }

  /** Takes the run's cells, and the single ones between them or in their place. */
  private takeRun(key: CellKey, columnLength: number, cells: CellList, singles: CellStream): Step {
    if (!this.enterColumn(key.bytes, 0, columnLength)) return 'stop';
    let single = this.singleIn(singles, key, columnLength);
    const d = cells.data;
    for (let i = 0; i < cells.count; i++) {
      if (!this.rowWanted) {
        this.unwanted += UNWANTED_RUN;
        return this.mayJump() ? 'jump' : 'go on';
      }
      let order = -1;
      while (single !== null) {
        const qualifierAt = single.keyAt + columnLength;
        order = cells.compare(i, single.data, qualifierAt, single.keyEnd - qualifierAt);
        if (order < 0) break;
        this.takeSingle(single);
        singles.advance();
        single = this.singleIn(singles, key, columnLength);
        if (order === 0) break;
      }
      if (order !== 0)
        this.take(d, cells.qualifierAt(i), cells.qualifierLength(i), d, cells.valueAt(i), cells.valueLength(i), cells.timestamps[i]);
    }
    return 'go on';
  }

  private takeSingle({ data, keyAt, keyEnd, valueAt, valueEnd, timestamp }: SingleCell): void {
    this.entries++;
    const qualifierAt = keyAt + this.columnLength;
    this.take(data, qualifierAt, keyEnd - qualifierAt, data, valueAt, valueEnd - valueAt, timestamp);
  }

  /** The next single cell, if it is in this column. */
  private singleIn(singles: CellStream, key: CellKey, columnLength: number): SingleCell | null {
    const cell = singles.peek();
    return cell !== null && startsWith(cell.data, cell.keyAt, cell.keyEnd, key.bytes, columnLength) ? cell : null;
  }

  /** The rest of the row is unwanted and long, or many rows were: `from` is set behind them. */
  private mayJump(): boolean {
    if (this.jumpTo !== null) {
      this.from.setRow(this.jumpTo);
      this.jumpTo = null;
      return true;
    }
    if (this.unwanted < JUMP_AFTER || this.column.rowLength >= LONG) return false;
    this.from.pastRow(this.column.bytes, 0, this.column.rowLength);
    return true;
  }

  /** False: the batch ends before this cell. */
  private enterColumn(key: Uint8Array, from: number, end: number): boolean {
    return (this.rowOpen && startsWith(key, from, end, this.column.bytes, this.columnLength)) || this.openColumn(key, from);
  }

  private take(
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
    } else if (this.familyWanted && this.isWanted(qualifiers, qualifierAt, qualifierLength, timestamp)) {
      this.collector.addCell(qualifiers, qualifierAt, qualifierLength, values, valueAt, valueLength, timestamp);
      if (s.firstCellOnly) this.rowWanted = false;
    }
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
      if (!this.familyWanted || !this.isWanted(d, qualifierAt, qualifierLength, cells.timestamps[i])) continue;
      this.collector.addCell(d, qualifierAt, qualifierLength, d, cells.valueAt(i), cells.valueLength(i), cells.timestamps[i]);
      if (s.firstCellOnly) break;
    }
    this.entries += this.memory.fold.cost >> 1;
  }

  private isWanted(qualifiers: Uint8Array, at: number, length: number, timestamp: number): boolean {
    const s = this.selection;
    if (s.timeRange !== undefined && (timestamp < s.timeRange.min || timestamp >= s.timeRange.max)) return false;
    return s.qualifiers === undefined || isOneOf(s.qualifiers, qualifiers, at, length);
  }

  private decoded(key: Uint8Array, from: number, end: number): Buffer {
    const row = Buffer.allocUnsafe(decodedRowLength(key, from, end));
    decodeRow(key, from, end, row, 0);
    return row;
  }
}

function isOneOf(wanted: readonly Buffer[], qualifiers: Uint8Array, at: number, length: number): boolean {
  return wanted.some((q) => compareBytes(qualifiers, at, length, q, 0, q.length) === 0);
}
