import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../../util/log';
import { messageOf } from '../../../util/message-of';
import { TimeSlice } from '../../../util/time-slice';
import { RetryableError } from '../../errors';
import type { FileLock } from '../file-lock';
import { behind } from '../bytes';
import type { StoredTable } from '../table';
import { removeSegment } from './log-files';
import type { RowIndex } from './row-index';
import type { RowCursor } from './row-order';
import type { RowPart } from './row-puts';
import { mergeRow, mergeRowPart } from './merge-row';
import { partsOf } from './parts-of-rows';
import type { Segment } from './segment';
import { sortAhead } from './sort-ahead';
import type { LogState } from './state';
import type { Segments } from './segments';

/** How long a transaction holds the event loop, and how long when merging is slower than what comes. */
const SLICE_MS = 10;
const LONG_SLICE_MS = 40;
/** By so much of a segment merging may be behind. */
const SLACK = 0.1;
/** Rows between two looks at the clock. */
const ROWS_PER_LOOK = 16;
/** What a transaction brings to LMDB, at most about. */
const SLICE_BYTES = 4 << 20;
/** So many sealed segments may wait; then writers do. */
const MOST_SEALED = 1;
/** After something went wrong, and to see whether another process is through. */
const RETRY_MS = 1000;
const POLL_MS = 20;
const PATIENCE_MS = 60_000;

/** The store as the merger needs it. */
export interface MergeTarget {
  readonly path: string;
  /** A table of the log; it may be one that this process has no use for. */
  loggedTable(name: string): StoredTable;
  transaction<T>(action: () => T, bytes: number): Promise<T>;
  /** Within a transaction. */
  setLogState(state: LogState): void;
  /** A failure as the caller of a write is told of it: with the file that is damaged, if it says that one is. */
  asWriteError(error: unknown): unknown;
  /** Resolves when everything committed is on the disk. */
  synced(): Promise<unknown>;
  /** Packs what stands singly from before there was a log, in all tables of this process and in these tables of the log. */
  packSingles(names: Iterable<string>): Promise<void>;
}

/**
 * Brings sealed segments to the tables: row by row in the order of keys, in transactions of some milliseconds, each of which notes how far
 * it came. So a merge that is broken off goes on where it was, in whichever process. A lock lets one process do it at a time.
 */
export class Merger {
  private running: Promise<void> | null = null;
  private stopped = false;
  /** Calls of this process, its merge among them, for which it has the lock. */
  private holders = 0;
  private failure: Error | null = null;
  private retry: NodeJS.Timeout | null = null;
  private readonly waiting: (() => void)[] = [];
  private stopAt = Infinity;
  /** Of the segment that is merged. */
  private mergedRows = 0;
  slices = 0;
  milliseconds = 0;

  constructor(
    private readonly target: MergeTarget,
    private readonly segments: Segments,
    private readonly lock: FileLock,
    private readonly logger: Log,
  ) {}

  /** There may be something to merge. */
  kick(): void {
    if (this.running !== null || this.stopped || this.segments.toMerge === null) return;
    if (!this.take()) return this.retryLater(POLL_MS);
    this.running = this.run()
      .then(
        () => {
          this.failure = null;
        },
        (e: unknown) => this.failed(e),
      )
      .finally(() => {
        this.running = null;
        this.release();
        this.wake();
      });
  }

  private failed(reason: unknown): void {
    const error = this.target.asWriteError(reason);
    // Everything stays readable as it is. What is wrong the writers are told when they have to wait for it.
    if (this.failure === null) this.logger.warn(`The log of the embedded store can't be merged yet: ${messageOf(error)}`);
    this.failure = error instanceof Error ? error : new Error(messageOf(error));
    this.retryLater(RETRY_MS);
  }

  private retryLater(ms: number): void {
    if (this.stopped || this.retry !== null) return;
    this.retry = setTimeout(() => {
      this.retry = null;
      this.kick();
    }, ms).unref();
  }

  /** Resolves when not too much waits to be merged, or nothing is merged any more. @throws why it can't be merged */
  async mayWrite(): Promise<void> {
    while (this.segments.sealedCount > MOST_SEALED && !this.stopped && !this.isOver()) {
      this.kick();
      if (this.running === null) await sleep(POLL_MS);
      else {
        await new Promise<void>((resolve) => this.waiting.push(resolve));
        if (this.failure !== null) throw this.failure;
      }
      this.segments.refresh();
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Runs while no other process merges. */
  async withLock<T>(action: () => Promise<T>): Promise<T> {
    const started = performance.now();
    while (!this.take()) {
      if (performance.now() - started > PATIENCE_MS) throw new RetryableError(`Another process merges the log in ${this.target.path}`);
      await sleep(POLL_MS * (0.5 + Math.random()));
    }
    try {
      return await action();
    } finally {
      this.release();
    }
  }

  private take(): boolean {
    if (this.holders === 0 && !this.lock.tryExclusive()) return false;
    this.holders++;
    return true;
  }

  private release(): void {
    if (--this.holders === 0) this.lock.release();
  }

  private async run(): Promise<void> {
    for (;;) {
      this.segments.refresh();
      const segment = this.segments.toMerge;
      if (segment === null || this.isOver()) return;
      await this.target.packSingles(segment.tables.keys());
      if (!(await this.merge(segment))) return;
      this.wake();
    }
  }

  private isOver(): boolean {
    return performance.now() >= this.stopAt;
  }

  /** False: it was stopped before the end. */
  private async merge(segment: Segment): Promise<boolean> {
    const { target } = this;
    const { mergedUpTo } = this.segments;
    const time = Math.max(mergedUpTo.time, segment.lastTime);
    const slice = new TimeSlice();
    this.mergedRows = 0;
    const names = [...segment.tables.keys()].sort().filter((name) => name >= mergedUpTo.table);
    for (const name of names) {
      const index = segment.tables.get(name);
      if (index === undefined) continue;
      const from = name === mergedUpTo.table ? behind(mergedUpTo.row) : Buffer.alloc(0);
      const cursor = index.order.cursor(from, 0, from.length);
      const table = target.loggedTable(name);
      while (cursor.row >= 0) {
        if (this.isOver()) return false;
        const isMerged = index.isLarge(cursor.row) && (await this.mergeInParts(table, { index, row: cursor.row }, slice));
        if (this.isOver()) return false;
        await target.transaction(() => this.slice(segment, table, index, cursor, time, isMerged), SLICE_BYTES);
        this.slices++;
        await slice.next();
      }
    }
    const first = segment.number + 1;
    await target.transaction(() => target.setLogState({ first, time, table: '', row: Buffer.alloc(0) }), 0);
    // The log goes when what was in it has reached the disk elsewhere.
    await target.synced();
    this.segments.refresh();
    removeSegment(target.path, segment.number);
    return true;
  }

  /** Brings a large row's cells to the table if they are only puts. False: they are not, or it was stopped before the end. */
  private async mergeInParts(table: StoredTable, part: RowPart, slice: TimeSlice): Promise<boolean> {
    await sortAhead(part, slice);
    if (!part.index.hasOnlyPuts(part.row)) return false;
    for (const isInPart of partsOf(part)) {
      if (this.isOver()) return false;
      await this.target.transaction(() => mergeRowPart(table, part, isInPart), SLICE_BYTES);
      this.slices++;
      await slice.next();
    }
    return true;
  }

  /** More comes than merging keeps up with: the next segment is further on in being written than this one in being merged. */
  private isBehind(segment: Segment): boolean {
    const { sealedCount, last } = this.segments;
    if (sealedCount > MOST_SEALED) return true;
    const written = last === undefined || last === segment ? 0 : last.entryCount / segment.entryCount;
    return written > this.mergedRows / segment.rowCount + SLACK;
  }

  /** @param isMerged the table has the cells of the first row already */
  private slice(segment: Segment, table: StoredTable, index: RowIndex, cursor: RowCursor, time: number, isMerged: boolean): void {
    const started = performance.now();
    const end = started + (this.isBehind(segment) ? LONG_SLICE_MS : SLICE_MS);
    let last = cursor.row;
    for (let rows = 1; cursor.row >= 0; rows++) {
      last = cursor.row;
      if (rows > 1 || !isMerged) mergeRow(table, index, cursor.row);
      this.mergedRows++;
      cursor.next();
      if (cursor.row >= 0 && index.isLarge(cursor.row)) break;
      if (rows % ROWS_PER_LOOK === 0 && performance.now() >= end) break;
    }
    this.target.setLogState({ first: segment.number, time, table: table.name, row: index.key(last) });
    this.milliseconds += performance.now() - started;
  }

  /** Finishes the transaction under way, then merges on for so many milliseconds as `grace` says when it is asked. */
  async stop(grace: () => Promise<number>): Promise<void> {
    this.stopAt = 0;
    await this.running;
    const graceMs = await grace();
    this.stopAt = performance.now() + graceMs;
    if (graceMs > 0) this.kick();
    await this.running;
    this.stopped = true;
    if (this.retry !== null) clearTimeout(this.retry);
    this.lock.close();
  }
}
