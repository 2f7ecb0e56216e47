/**
 * The log: every change of a packed table, in the order in which all processes together made them.
 *
 *     process A ──┐ append                                     merge, by one process at a time
 *     process B ──┼────────►  log.7 (sealed)  log.8 (active)  ──────────────────────────────►  LMDB: tables, and how far the log is in them
 *     process C ──┘               │               │                                              │
 *                                 └── read by every process into indexes of rows ──┬── snapshot ─┘
 *                                                                                  ▼
 *                                                                    a row: what LMDB has, then the log's entries
 *
 * A change is one record. The system adds what is appended to a file at its end, whole, so the file itself says what came first, and
 * no process waits for another. All changes are applied in that order wherever they are read, so every process finds the same rows; a
 * compare-and-set has won when it finds so itself when it is read. A record is acknowledged when it was read behind the place where it was
 * written: what stands behind a seal is void and is written again, to the next segment.
 */
import { ftruncateSync, statSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Log } from '../../../util/log';
import { shortWaits } from '../../../util/short-waits';
import { DamagedStoreError, StorageError, TimeoutError } from '../../errors';
import type { Call, Change } from './changes';
import { CHANGES, SEAL } from './layout';
import { listSegments, makeSegment, removeSegment, removeUnfinished, segmentPath } from './log-files';
import { Overlay, type SegmentRows } from './overlay';
import { RecordWriter } from './record-writer';
import type { RowPart } from './row-cells';
import { Segment } from './segment';
import { NEW_LOG, type LogState } from './state';
import { Syncer } from './syncer';

const writeFile = promisify(write);
/** Some milliseconds of work. */
const GROUP_BYTES = 1 << 20;
/** The writer's memory is kept up to this. */
const KEPT_BYTES = 4 << 20;

/** LMDB's side of the store. */
export interface LogStore {
  readonly path: string;
  /** What is read from here on, every process's commits up to now are in. */
  newSnapshot(): void;
  logState(): LogState;
  /** @throws StoreFullError when the disk has no room for so many bytes more */
  checkRoom(bytes: number): void;
  /** A failed write as its caller is told of it. */
  asWriteError(error: unknown): unknown;
}

export interface LogLimits {
  /** A segment is sealed when it has so many bytes, if its rows have `cellsPerRow` on the average; in any case at `mostBytes`. */
  bytes: number;
  mostBytes: number;
  cellsPerRow: number;
  /** In any case when it has so many entries. */
  entries: number;
}

/** Is told where the entry is. */
export type OnRead = (part: RowPart, entry: number) => void;

interface Item {
  call: Call | null;
  change: Change | null;
  sequence: number;
  onRead: OnRead | null;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export class WriteLog {
  private readonly segments: Segment[] = [];
  private state = NEW_LOG;
  private sequence = 0;
  private time = 0;
  private queue: Item[] = [];
  /** Who is told of entries, by their sequence numbers. */
  private readonly onRead = new Map<number, OnRead>();
  private pumping: Promise<void> | null = null;
  private records = new RecordWriter();
  private readonly syncer = new Syncer();

  /** @param writer number of this process among those that write @param mayWrite resolves when there is room in memory for more */
  constructor(
    private readonly store: LogStore,
    private readonly writer: number,
    private readonly limits: LogLimits,
    private readonly mayWrite: () => Promise<void>,
    private readonly onSealed: () => void,
  ) {}

  /**
   * @param alone nobody else has the store: what was left unfinished is put in order
   * @throws DamagedStoreError
   */
  open(alone: boolean, log: Log): void {
    const { path } = this.store;
    this.state = this.store.logState();
    const numbers = listSegments(path);
    if (alone) {
      removeUnfinished(path);
      for (const n of numbers) if (n < this.state.first) removeSegment(path, n);
      numbers
        .filter((n) => n >= this.state.first)
        .forEach((n, i) => {
          if (n !== this.state.first + i) throw new DamagedStoreError(`${segmentPath(path, this.state.first + i)} is missing`);
        });
    }
    this.refresh();
    for (const { path: name, gaps } of this.segments)
      for (const [from, to] of gaps)
        log.warn(`Bytes ${from} to ${to} of ${name} never reached the disk: the machine lost power. What was in them is lost`);
    if (alone) this.putInOrder(numbers.at(-1) ?? 0, log);
  }

  /** Cuts off what was never finished, and ends segments whose ends were lost though others come behind them. */
  private putInOrder(lastNumber: number, log: Log): void {
    for (let last = this.segments.at(-1); last?.sealed === false; last = this.segments.at(-1)) {
      if (last.unfinished > 0) {
        log.warn(
          `${last.path} ends with ${last.unfinished} bytes of a write that was never finished, nor acknowledged unless the machine lost power: they are cut off`,
        );
        ftruncateSync(last.fd, last.size);
        last.wasCut();
      }
      if (last.number >= lastNumber) return;
      log.warn(`${last.path} has lost its end: the machine lost power. What was in it is lost`);
      writeSync(last.fd, this.sealRecord(last));
      this.refresh();
    }
  }

  /** Takes a new snapshot of LMDB, and reads what any process has acknowledged by now. @throws DamagedStoreError */
  refresh(): void {
    const missing = this.missingNext();
    do {
      this.newSnapshot();
      while (this.segments.length > 0 && this.segments[0].number < this.state.first) this.segments.shift()?.close();
    } while (!this.readAll(missing));
    this.time = Math.max(this.time, this.state.time);
    this.tellOutcomes();
  }

  /**
   * Number of the segment that would come next, if it is not there. Looked for before a snapshot is taken, so that one is enough: what has not
   * begun by then is not asked for. Negative: it is there, or another one is written to.
   */
  private missingNext(): number {
    const last = this.segments.at(-1);
    if (last?.sealed === false) return -1;
    const number = last === undefined ? this.state.first : last.number + 1;
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
    let last = this.segments.at(-1);
    last?.read();
    while (last === undefined || last.sealed) {
      const number: number = last === undefined ? first : last.number + 1;
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
      last = opened;
    }
    this.time = Math.max(this.time, last?.lastTime ?? 0);
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
      const start = merged === null || merged.row.compare(from) < 0 ? from : Buffer.concat([merged.row, Buffer.of(0)]);
      rows.push({ index, cursor: index.order.cursor(start, 0, start.length) });
    }
    return rows.length === 0 ? null : new Overlay(rows);
  }

  /** The oldest segment, if nothing more can come into it. */
  get toMerge(): Segment | null {
    const [first] = this.segments;
    return first?.sealed === true ? first : null;
  }

  get sealedSegments(): number {
    return this.segments.filter((s) => s.sealed).length;
  }

  get mergedUpTo(): LogState {
    return this.state;
  }

  /** Time of the oldest change that is not sealed yet; 0: there is none. */
  get activeSince(): number {
    const last = this.segments.at(-1);
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

  /**
   * Resolves when the change is acknowledged: the system has it, and every process that reads from then on finds it.
   * @param call when it is over before the change is written, it is not written
   * @param onRead called when it was read, if it is a compare-and-set or an increment; must not throw
   */
  append(call: Call, change: Change, onRead: OnRead | null = null): Promise<void> {
    return new Promise((resolve, reject) => this.add({ call, change, sequence: 0, onRead, resolve, reject }));
  }

  /** Ends the active segment, if it has anything; what comes then goes to the next. */
  seal(): Promise<void> {
    if (this.activeSince === 0) return Promise.resolve();
    return new Promise((resolve, reject) => this.add({ call: null, change: null, sequence: 0, onRead: null, resolve, reject }));
  }

  /** As soon as an entry was read: later its segment may be merged. */
  private tellOutcomes(): void {
    for (const { ownEntries } of this.segments)
      for (const [sequence, { index, row, entry }] of ownEntries) {
        ownEntries.delete(sequence);
        this.onRead.get(sequence)?.({ index, row }, entry);
        this.onRead.delete(sequence);
      }
  }

  private add(item: Item): void {
    this.queue.push(item);
    this.pumping ??= this.pump().finally(() => {
      this.pumping = null;
    });
  }

  /** Writes what is queued, as much at a time as has come while the last was written. */
  private async pump(): Promise<void> {
    while (this.queue.length > 0) {
      let group: Item[] = [];
      try {
        await this.mayWrite();
        group = this.takeGroup();
        await this.writeGroup(group);
      } catch (e) {
        const error = this.store.asWriteError(e);
        for (const item of group.length > 0 ? group : this.queue.splice(0)) {
          this.onRead.delete(item.sequence);
          item.reject(error);
        }
      }
    }
    if (this.records.bytes.length > KEPT_BYTES) this.records = new RecordWriter();
  }

  private takeGroup(): Item[] {
    let bytes = 0;
    let n = 0;
    while (n < this.queue.length && (n === 0 || bytes < GROUP_BYTES)) bytes += this.queue[n++].change?.bytes ?? 0;
    return this.queue.splice(0, n);
  }

  /** Those that are acknowledged are resolved and taken out of the group; what is left when it throws is not. */
  private async writeGroup(group: Item[]): Promise<void> {
    for (;;) {
      for (let i = group.length - 1; i >= 0; i--)
        if (group[i].call?.over === true) group.splice(i, 1)[0].reject(new TimeoutError('The embedded store did not write in time'));
      // Nothing came behind the last seal.
      if (this.activeSince === 0) while (group[0]?.change === null) group.shift()?.resolve();
      if (group.length === 0) return;
      const segment = this.active();
      segment.hold();
      try {
        const bytes = this.encode(group, segment);
        this.store.checkRoom(bytes.length);
        const failure = await this.write(segment, bytes);
        // It may have been merged and dropped meanwhile: what was written to it is looked for all the same.
        segment.read();
        this.refresh();
        while (group.length > 0 && group[0].sequence <= segment.ownSequence) group.shift()?.resolve();
        if (group.length > 0 && failure !== null) throw this.store.asWriteError(failure);
        if (group.length > 0 && !segment.sealed) throw new StorageError(`What was appended to ${segment.path} is not there`);
        if (!segment.sealed && this.isFull(segment)) await this.writeSeal(segment);
        if (segment.sealed) this.onSealed();
      } finally {
        segment.release();
      }
    }
  }

  /** @returns why not all of it could be written; null: it was */
  private async write(segment: Segment, bytes: Buffer): Promise<unknown> {
    shortWaits.begin();
    try {
      const { bytesWritten } = await writeFile(segment.fd, bytes, 0, bytes.length, null);
      this.syncer.wrote(segment.fd);
      return bytesWritten === bytes.length ? null : Object.assign(new Error('only a part could be written'), { code: 'ENOSPC' });
    } catch (e) {
      return e;
    } finally {
      shortWaits.end();
    }
  }

  private encode(group: readonly Item[], segment: Segment): Buffer {
    const records = this.records.clear();
    const time = Math.max(Date.now(), this.time);
    for (const item of group) {
      const { change } = item;
      // What was written behind a seal is not read by anybody.
      this.onRead.delete(item.sequence);
      const sequence = (item.sequence = ++this.sequence);
      if (item.onRead !== null) this.onRead.set(sequence, item.onRead);
      const table = change?.table ?? '';
      records.begin({
        kind: change === null ? SEAL : CHANGES,
        writer: this.writer,
        sequence,
        time,
        table,
        families: change?.families ?? [],
      });
      const index = segment.tables.get(table);
      change?.writeEntries(records, (rows, at, length) => segment.placeOf(index, rows, at, length));
      records.end(segment.salt);
    }
    return records.bytes.subarray(0, records.length);
  }

  /** When that fails, the next group comes to a segment that is full and tries again. */
  private async writeSeal(segment: Segment): Promise<void> {
    await this.write(segment, this.sealRecord(segment));
    segment.read();
  }

  private sealRecord(segment: Segment): Buffer {
    const records = new RecordWriter(256);
    records.begin({ kind: SEAL, writer: this.writer, sequence: ++this.sequence, time: this.time, table: '', families: [] });
    records.end(segment.salt);
    return records.bytes.subarray(0, records.length);
  }

  private isFull(segment: Segment): boolean {
    const { limits } = this;
    if (segment.size >= limits.mostBytes || segment.entryCount >= limits.entries) return true;
    return segment.size >= limits.bytes && segment.cellCount >= limits.cellsPerRow * segment.rowCount;
  }

  /** The segment that is written to; made when there is none. */
  private active(): Segment {
    for (;;) {
      this.refresh();
      const last = this.segments.at(-1);
      if (last !== undefined && !last.sealed) return last;
      const number = last === undefined ? this.state.first : last.number + 1;
      this.store.checkRoom(0);
      makeSegment(this.store.path, number);
      this.refresh();
      if (this.state.first > number) removeSegment(this.store.path, number);
    }
  }

  /** Waits for what is queued. */
  async close(): Promise<void> {
    await this.pumping;
    await this.syncer.stop();
    for (const segment of this.segments.splice(0)) segment.close();
  }
}
