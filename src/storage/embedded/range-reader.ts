/** Reads a range of a table, one batch of whole rows in one look at the file. */
import type { Row } from '../row';
import type { RowPredicate } from '../row-filter';
import { RangeStart, type StoredTable } from './table';
import { CellKey, columnEnd, decodedRowLength, decodeRow, LONG, rowEnd } from './key-codec';
import { RowCollector } from './row-collector';
import { CellList, compareBytes, startsWith } from './run-codec';
import { SinglesOf, type CellStream, type SingleCell } from './single-cells';

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
/** As much as passing by a run costs. */
const UNWANTED_RUN = 4;

type Step = 'go on' | 'stop' | 'jump';

/** The run that is being read. */
interface CurrentRun {
  key: CellKey;
  columnLength: number;
  cells: CellList;
}

export class RangeReader {
  /** Row, and row with family, of the cell before: a cell with the same start belongs to them. */
  private readonly column = new CellKey();
  private readonly from = new CellKey();
  private readonly current: CurrentRun = { key: new CellKey(), columnLength: 0, cells: new CellList() };
  private rowOpen = false;
  private rowWanted = false;
  private familyWanted = false;
  private columnLength = 0;
  private unwanted = 0;
  private entries = 0;
  private next: Buffer | null = null;

  /** @param collector where the rows are put; an empty one */
  constructor(
    private readonly table: StoredTable,
    private readonly selection: Selection,
    private readonly bounds: BatchBounds,
    private readonly collector = new RowCollector(),
  ) {}

  read(): Batch {
    this.from.setRow(this.selection.start);
    let jump: boolean;
    do {
      this.unwanted = 0;
      const singles = new SinglesOf(this.table, this.from);
      jump = this.run(singles);
      singles.close();
    } while (jump);
    if (this.rowOpen) this.collector.endRow();
    return { rows: this.collector.finish(), next: this.next };
  }

  /** Goes on from `from` until the range or the batch ends; true: `from` was set further on, go on there. */
  private run(singles: SinglesOf): boolean {
    if (this.table.runs !== null) {
      for (const { value: entry } of this.table.runs.getRange({ start: new RangeStart(this.from) })) {
        const run = this.current;
        run.key.setEncoded(entry.keyBytes, entry.keyStart, entry.keyEnd);
        run.columnLength = columnEnd(run.key.bytes, 0);
        run.cells.clear().addRun(entry.value, entry.valueLength);
        this.entries += 1 + (run.cells.count >> 3);
        const passed = this.singlesBefore(singles, run.key.bytes, run.key.length);
        const done = passed === 'go on' ? this.takeRun(run, singles) : passed;
        if (done === 'stop') return false;
        if (done === 'jump') return true;
      }
    }
    return this.singlesBefore(singles, null, 0) === 'jump';
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
  private takeRun({ key, columnLength, cells }: CurrentRun, singles: CellStream): Step {
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

  /** The rest of the row is unwanted and long: `from` is set behind it. */
  private mayJump(): boolean {
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
    else if (
      this.familyWanted &&
      (s.timeRange === undefined || (timestamp >= s.timeRange.min && timestamp < s.timeRange.max)) &&
      (s.qualifiers === undefined || isOneOf(s.qualifiers, qualifiers, qualifierAt, qualifierLength))
    ) {
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
    const familyLength = end - 1 - familyAt;
    this.familyWanted = family === undefined || compareBytes(key, familyAt, familyLength, family, 0, family.length) === 0;
    if (this.rowWanted && this.familyWanted) this.collector.startFamily(key, familyAt, familyLength);
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

function isOneOf(wanted: readonly Buffer[], qualifiers: Uint8Array, at: number, length: number): boolean {
  return wanted.some((q) => compareBytes(qualifiers, at, length, q, 0, q.length) === 0);
}
