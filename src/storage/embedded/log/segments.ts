import { statSync } from 'node:fs';
import { behind } from '../bytes';
import { segmentPath } from './log-files';
import { Overlay, type SegmentRows } from './overlay';
import { ReadCallbacks } from './read-callbacks';
import type { RowPart } from './row-puts';
import { Segment } from './segment';
import { isToSort } from './sort-ahead';
import { NEW_LOG, type LogState } from './state';

/** LMDB's side of the store, for who reads the log. */
export interface LogSnapshots {
  /** Where the log's files are. */
  readonly path: string;
  /** What is read from here on, every process's commits up to now are in. */
  newSnapshot(): void;
  /** As that snapshot has it. */
  logState(): LogState;
}

/** The log as this process has read it: the segments that are not merged yet, beside a snapshot of LMDB that fits them. */
export class Segments {
  /** Who is told where entries of this process stand, as soon as they were read. */
  readonly callbacks = new ReadCallbacks();
  private readonly segments: Segment[] = [];
  private state = NEW_LOG;
  private time = 0;

  /** @param writer number of this process among those that write */
  constructor(
    private readonly store: LogSnapshots,
    private readonly writer: number,
  ) {}

  /** Takes a new snapshot of LMDB, and reads what any process has acknowledged by now. @throws DamagedStoreError */
  refresh(): void {
    const missing = this.missingNext();
    do {
      this.newSnapshot();
      while (this.segments.length > 0 && this.segments[0].number < this.state.first) this.segments.shift()?.close();
    } while (!this.readAll(missing));
    this.time = Math.max(this.time, this.state.time);
    for (const { ownEntries } of this.segments) this.callbacks.tell(ownEntries);
  }

  /**
   * Number of the segment that would come next, if it is not there. Looked for before a snapshot is taken, so that one is enough: what has not
   * begun by then is not asked for. Negative: it is there, or another one is written to.
   */
  private missingNext(): number {
    const { last } = this;
    if (last?.sealed === false) return -1;
    const number = this.nextNumber;
    // An error that is thrown for a missing file takes longer than the rest of a small query's reading.
    return statSync(segmentPath(this.store.path, number), { throwIfNoEntry: false }) === undefined ? number : -1;
  }

  private newSnapshot(): void {
    this.store.newSnapshot();
    this.state = this.store.logState();
  }

  /** False: the snapshot is too old. What the log has and what LMDB has must fit together. */
  private readAll(missing: number): boolean {
    const { first, table } = this.state;
    this.last?.read();
    while (this.last === undefined || this.last.sealed) {
      const number = this.nextNumber;
      if (number === missing && (number > first || table === '')) break;
      const opened = this.tryOpen(number);
      // It may have been merged and removed since the snapshot, or made anew by somebody who did not know that.
      this.newSnapshot();
      if (this.state.first !== first) {
        opened?.close();
        return false;
      }
      if (opened === null) return true;
      this.segments.push(opened);
      opened.read();
    }
    this.time = Math.max(this.time, this.last?.lastTime ?? 0);
    return true;
  }

  private tryOpen(number: number): Segment | null {
    try {
      return Segment.open(segmentPath(this.store.path, number), number, this.writer);
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw e;
    }
  }

  /** Rows of a table from a key on; null: the log has nothing of the table. */
  overlay(table: string, from: Buffer): Overlay | null {
    const rows: SegmentRows[] = [];
    for (const segment of this.segments) {
      const index = segment.tables.get(table);
      const merged = segment.number === this.state.first && table <= this.state.table ? this.state : null;
      if (index === undefined || (merged !== null && table < merged.table)) continue;
      const start = merged === null || merged.row.compare(from) < 0 ? from : behind(merged.row);
      rows.push({ index, cursor: index.order.cursor(start, 0, start.length) });
    }
    return rows.length === 0 ? null : new Overlay(rows);
  }

  /** Rows in a range of a table that should be sorted before they are read. @param stop exclusive; empty: to the end */
  rowsToSort(table: string, start: Buffer, stop: Buffer): RowPart[] {
    const found: RowPart[] = [];
    for (const { tables } of this.segments) {
      const index = tables.get(table);
      if (index === undefined) continue;
      for (const row of index.largeRows) {
        if (index.compareTo(row, start, 0, start.length) < 0) continue;
        if (stop.length > 0 && index.compareTo(row, stop, 0, stop.length) >= 0) continue;
        if (isToSort({ index, row })) found.push({ index, row });
      }
    }
    return found;
  }

  /** The oldest first. */
  get all(): readonly Segment[] {
    return this.segments;
  }

  /** The newest, which may be sealed; undefined: there is none. */
  get last(): Segment | undefined {
    return this.segments.at(-1);
  }

  /** Of the segment that comes behind the last. */
  get nextNumber(): number {
    return this.last === undefined ? this.state.first : this.last.number + 1;
  }

  /** The oldest segment, if nothing more can come into it. */
  get toMerge(): Segment | null {
    const [first] = this.segments;
    return first?.sealed === true ? first : null;
  }

  get sealedCount(): number {
    return this.segments.filter((s) => s.sealed).length;
  }

  get mergedUpTo(): LogState {
    return this.state;
  }

  /** Newest time in the log, or of what was merged of it. */
  get newestTime(): number {
    return this.time;
  }

  /** Time of the oldest change that is not sealed yet; 0: there is none. */
  get activeSince(): number {
    const { last } = this;
    return last === undefined || last.sealed ? 0 : last.firstTime;
  }

  /** Entries and bytes of all segments. */
  get size(): { entries: number; bytes: number } {
    let entries = 0;
    let bytes = 0;
    for (const s of this.segments) {
      entries += s.entryCount;
      bytes += s.size;
    }
    return { entries, bytes };
  }

  close(): void {
    for (const segment of this.segments.splice(0)) segment.close();
  }
}
