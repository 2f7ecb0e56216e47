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
import { write } from 'node:fs';
import { promisify } from 'node:util';
import type { Log } from '../../../util/log';
import { shortWaits } from '../../../util/short-waits';
import { StorageError, TimeoutError } from '../../errors';
import type { Call, Change } from './changes';
import { CHANGES, SEAL } from './layout';
import { makeSegment, removeSegment } from './log-files';
import { openLog, tidyFiles } from './open-log';
import type { OnRead } from './read-callbacks';
import { RecordWriter } from './record-writer';
import type { Segment } from './segment';
import type { LogSnapshots, Segments } from './segments';
import { Syncer } from './syncer';

const writeFile = promisify(write);
/** Some milliseconds of work. */
const GROUP_BYTES = 1 << 20;
/** The writer's memory is kept up to this. */
const KEPT_BYTES = 4 << 20;

/** LMDB's side of the store, for who writes to the log. */
export interface LogStore extends LogSnapshots {
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

interface Item {
  call: Call | null;
  change: Change | null;
  sequence: number;
  onRead: OnRead | null;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Brings changes to the log: what comes while one write is under way goes with the next, in one piece. */
export class WriteLog {
  private sequence = 0;
  private queue: Item[] = [];
  private pumping: Promise<void> | null = null;
  private records = new RecordWriter();
  private readonly syncer = new Syncer();

  /**
   * @param writer number of this process among those that write
   * @param mayWrite resolves when there is room in memory for more
   * @param onSealed called when a segment can be merged
   */
  constructor(
    private readonly store: LogStore,
    private readonly segments: Segments,
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
    if (alone) tidyFiles(path, this.store.logState().first);
    openLog(path, this.segments, alone, (segment) => this.sealRecord(segment), log);
  }

  /**
   * Resolves when the change is acknowledged: the system has it, and every process that reads from then on finds it.
   * @param call when it is over before the change is written, it is not written
   * @param onRead called when it was read, if it is a compare-and-set or an increment
   */
  append(call: Call, change: Change, onRead: OnRead | null = null): Promise<void> {
    return new Promise((resolve, reject) => this.add({ call, change, sequence: 0, onRead, resolve, reject }));
  }

  /** Ends the active segment, if it has anything; what comes then goes to the next. */
  seal(): Promise<void> {
    if (this.segments.activeSince === 0) return Promise.resolve();
    return new Promise((resolve, reject) => this.add({ call: null, change: null, sequence: 0, onRead: null, resolve, reject }));
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
          this.segments.callbacks.forget(item.sequence);
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
      if (this.segments.activeSince === 0) while (group[0]?.change === null) group.shift()?.resolve();
      if (group.length === 0) return;
      const segment = this.active();
      segment.hold();
      try {
        const bytes = this.encode(group, segment);
        this.store.checkRoom(bytes.length);
        const failure = await this.write(segment, bytes);
        // It may have been merged and dropped meanwhile: what was written to it is looked for all the same.
        segment.read();
        this.segments.refresh();
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
    const { callbacks, newestTime } = this.segments;
    const time = Math.max(Date.now(), newestTime);
    for (const item of group) {
      const { change } = item;
      // What was written behind a seal is not read by anybody.
      callbacks.forget(item.sequence);
      const sequence = (item.sequence = ++this.sequence);
      if (item.onRead !== null) callbacks.expect(sequence, item.onRead);
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
    records.begin({ kind: SEAL, writer: this.writer, sequence: ++this.sequence, time: this.segments.newestTime, table: '', families: [] });
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
    const { segments, store } = this;
    for (;;) {
      segments.refresh();
      const { last } = segments;
      if (last !== undefined && !last.sealed) return last;
      const number = segments.nextNumber;
      store.checkRoom(0);
      makeSegment(store.path, number);
      segments.refresh();
      if (segments.mergedUpTo.first > number) removeSegment(store.path, number);
    }
  }

  /** Waits for what is queued. */
  async close(): Promise<void> {
    await this.pumping;
    await this.syncer.stop();
    this.segments.close();
  }
}
