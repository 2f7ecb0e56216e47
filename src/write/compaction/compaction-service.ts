import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { randomInt } from 'node:crypto';
import type { Logger } from 'winston';
import { baseTimeOfKey } from '../../schema';
import type { Row, Storage } from '../../storage';
import type { StatsSink } from '../../util/stats';
import { RateLimitedLog } from '../../util/rate-limited-log';
import { withinTime } from '../../util/within-time';
import type { WrittenRows } from '../written-rows';
import { Pacer } from './pacer';
import { RowCompactor } from './row-compactor';
import { hasAppends, tooLong } from './row-plan';
import { ROW_AGE, RowQueue } from './row-queue';
import type { CompactionWork, Compaction, CompactionOptions } from './types';
import { CompactionStats, type ReadFindings } from './stats';

/** Milliseconds between looks at the queue. */
const TICK_MS = 200;
/** Batches at once, in the background and in a flush. */
const MAX_BATCHES = 4;
const MAX_FLUSH_BATCHES = 8;
/** Rows of a batch, at most, and the bytes it should come to. */
const MAX_BATCH_ROWS = 64;
const BATCH_BYTES = 2 << 20;
/** Rows a second that are compacted because a query read them. */
const READ_RATE = 200;
/** Above this part of the time the event loop counts as full. */
const BUSY = 0.9;
/** Lines about what merging came across, a second. */
const WARNINGS_A_SECOND = 5;
/** The part of the time for closing in which rows are still begun; the rest is for those under way, before storage closes. */
const FLUSHING = 0.8;
const NO_READS: ReadFindings = { merged: 0, duplicatesSame: 0, duplicatesDifferent: 0 };

/** Queue, pace and compactor at work. */
export class CompactionService implements Compaction {
  readonly stats = new CompactionStats();
  private readonly queue: RowQueue;
  private readonly pacer: Pacer;
  private readonly readPacer: Pacer;
  private readonly compactor: RowCompactor;
  private readonly now: () => number;
  private readonly reads: ReadFindings;
  private readonly keepingUp: () => boolean;
  private timer: NodeJS.Timeout | null = null;
  private readonly underWay = new Set<Promise<void>>();
  /** Batches of rows that queries found: the others, which may go on for hours, do not keep them waiting. */
  private readonly readsUnderWay = new Set<Promise<void>>();
  private rowsUnderWay = 0;
  /** What a row usually comes to. */
  private rowBytes = 1024;
  private loop: EventLoopUtilization = performance.eventLoopUtilization();
  private busy = false;
  /** Rows are compacted however young their cells are. */
  private flushing = false;
  private closed = false;

  constructor(
    storage: Storage,
    private readonly settings: CompactionWork,
    private readonly logger: Logger,
    options: CompactionOptions = {},
  ) {
    this.now = options.now ?? Date.now;
    this.reads = options.reads ?? NO_READS;
    this.keepingUp = options.keepingUp ?? (() => true);
    const { layout, queueBytes: maxBytes, quietMs } = settings;
    const isWriting = options.isWriting ?? (() => false);
    this.queue = new RowQueue({ layout, maxBytes, quietMs, seed: randomInt(2 ** 31), isWriting, now: this.now });
    this.pacer = new Pacer(settings, this.now());
    this.readPacer = new Pacer({ flushInterval: 1, minFlushThreshold: READ_RATE, flushSpeed: 0 }, this.now());
    const warnings = new RateLimitedLog((message) => logger.warn(message), { most: WARNINGS_A_SECOND, periodMs: 1000 });
    const errors = new RateLimitedLog((message) => logger.error(message));
    this.compactor = new RowCompactor(storage, {
      ...settings,
      stats: this.stats,
      now: this.now,
      warn: (message) => warnings.log(message),
      postpone: (key) => this.rowWritten(key, baseTimeOfKey(layout, key)),
      answered: (milliseconds) => this.pacer.observe(milliseconds, this.busy),
      pushedBack: () => this.pacer.pushedBack(),
      logError: (message) => errors.log(message),
    });
  }

  get enabled(): boolean {
    return this.settings.enabled;
  }

  get size(): number {
    return this.queue.size;
  }

  start(): void {
    if (!this.working || this.timer !== null) return;
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.timer.unref();
  }

  /** Append columns are repaired without compaction, too. */
  private get working(): boolean {
    return this.settings.enabled || this.settings.repairAppends;
  }

  rowsWritten(rows: WrittenRows): void {
    if (this.settings.enabled) this.queue.addWritten(rows);
  }

  rowWritten(rowKey: Buffer, baseTime: number): void {
    if (this.settings.enabled) this.queue.add(rowKey, baseTime);
  }

  rowsRead(rows: readonly Row[]): void {
    if (!this.working || this.closed) return;
    const { layout, enabled, repairAppends } = this.settings;
    const oldest = Math.floor(this.now() / 1000) - ROW_AGE;
    for (const row of rows)
      if (baseTimeOfKey(layout, row.key) <= oldest && (hasAppends(row) ? repairAppends : enabled && !tooLong(row)))
        this.queue.addRead(row.key);
  }

  private tick(): void {
    const loop = performance.eventLoopUtilization();
    this.busy = performance.eventLoopUtilization(loop, this.loop).utilization > BUSY;
    this.loop = loop;
    this.queue.turn();
    this.pacer.refill(this.now(), this.queue.size);
    this.readPacer.refill(this.now(), 0);
    this.pump();
  }

  /** Compacts what the pace allows now. */
  private pump(): void {
    // Clients that wait to be read come first.
    if (this.closed || !this.keepingUp()) return;
    if (this.queue.size > this.settings.minFlushThreshold)
      this.pacer.spend(this.launch(this.underWay, this.pacer.rows, MAX_BATCHES, (count) => this.queue.take(count)));
    if (this.queue.readSize > 0)
      this.readPacer.spend(
        this.launch(this.readsUnderWay, this.readPacer.rows * this.pacer.factor, 1, (count) => this.queue.takeRead(count)),
      );
  }

  /** Starts batches. @returns rows that are on their way now */
  private launch(underWay: Set<Promise<void>>, rows: number, batches: number, take: (count: number) => Buffer[]): number {
    let launched = 0;
    while (launched < rows && underWay.size < batches) {
      const room = this.settings.maxConcurrentFlushes - this.rowsUnderWay;
      const batch = take(Math.ceil(Math.min(rows - launched, room, this.batchRows)));
      if (batch.length === 0) break;
      launched += batch.length;
      this.run(underWay, batch);
    }
    return launched;
  }

  private get batchRows(): number {
    return Math.max(1, Math.min(MAX_BATCH_ROWS, Math.floor(BATCH_BYTES / this.rowBytes)));
  }

  private run(underWay: Set<Promise<void>>, batch: readonly Buffer[]): void {
    this.rowsUnderWay += batch.length;
    const work = this.compactor
      .compact(batch, this.flushing ? 0 : this.settings.quietMs)
      .then((bytes) => {
        this.rowBytes += (bytes / batch.length - this.rowBytes) / 4;
      })
      .catch((error: unknown) => {
        this.logger.error('Uncaught exception in compaction', { error });
      })
      .finally(() => {
        this.rowsUnderWay -= batch.length;
        underWay.delete(work);
        this.pump();
      });
    underWay.add(work);
  }

  async flush(deadline: number): Promise<void> {
    if (!this.working) return;
    this.queue.settleAll();
    const take = (count: number): Buffer[] => {
      const rows = this.queue.take(count);
      return rows.length > 0 ? rows : this.queue.takeRead(count);
    };
    this.flushing = true;
    const all = async (): Promise<void> => {
      while (performance.now() < deadline) {
        this.launch(this.underWay, Infinity, MAX_FLUSH_BATCHES, take);
        if (this.underWay.size === 0) break;
        await Promise.race(this.underWay);
      }
    };
    await withinTime(all(), deadline - performance.now(), () => undefined);
    this.flushing = false;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.timer !== null) clearInterval(this.timer);
    if (!this.working) return;
    const { size } = this.queue;
    if (size > 0) this.logger.info(`Flushing all old outstanding rows out of ${size} rows`);
    const { drainMs } = this.settings;
    const began = performance.now();
    await this.flush(began + drainMs * FLUSHING);
    const left = Promise.all([...this.underWay, ...this.readsUnderWay]);
    await withinTime(left, began + drainMs - performance.now(), () => undefined);
  }

  collectStats(sink: StatsSink): void {
    const { enabled } = this.settings;
    this.stats.collect(sink, this.reads, enabled ? this.queue.size : null);
    if (!enabled) return;
    sink.record('compaction.queue.bytes', this.queue.bytes);
    sink.record('compaction.queue.dropped', this.queue.dropped);
    sink.record('compaction.queue.read', this.queue.readSize);
    sink.record('compaction.in_flight', this.rowsUnderWay);
    sink.record('compaction.pace_percent', Math.round(this.pacer.factor * 100));
  }
}
