import type { Logger } from 'winston';
import {
  DoNotRetryError,
  RetryableError,
  StorageError,
  TableNotFoundError,
  ThrottleError,
  TimeoutError,
  type Failure,
  type MutateOptions,
  type RowPut,
} from '../../storage';
import { DATA_FAMILY } from '../../schema';
import type { StatsSink } from '../../util/stats';
import { Backlog } from './backlog';
import { RowOutlet } from './row-outlet';
import { decodeRow, encodeRow } from './row-record';
import type { SegmentQueue } from './segment-queue';
import type { SpoolReason, SpoolSettings, Writes } from './types';

type Method = 'put' | 'append';

/** The way of one table's rows: to storage, or into the spool and from there to storage, in the order in which they come. */
export class TableSpool {
  readonly backlog: Backlog;
  private readonly points: Record<SpoolReason, number> = { throttle: 0, timeout: 0, unavailable: 0, refused: 0, behind: 0 };
  /** Rows that storage did not take lately, and since when. */
  private readonly failing = new Map<string, number>();
  private lastSuccess = 0;
  private stopping = false;

  constructor(
    private readonly storage: Writes,
    private readonly table: string,
    queue: SegmentQueue,
    private readonly settings: SpoolSettings,
    logger: Logger,
  ) {
    this.backlog = new Backlog(`table "${table}"`, queue, settings, logger, (payload) => decodeRow(payload).put.row);
  }

  /** @param onReplayed told of rows that reach storage out of the spool */
  start(onReplayed: (table: string, rows: readonly RowPut[]) => void): void {
    const outlet = new RowOutlet(this.storage, this.table, DATA_FAMILY, this.settings, {
      stored: (rows) => {
        this.lastSuccess = Date.now();
        this.backlog.found();
        for (const row of rows) this.backlog.replayed += row.cells.count;
        onReplayed(this.table, rows);
      },
    });
    this.backlog.start(outlet);
  }

  /** From now on what storage does not take at once is spooled at once. */
  hurry(): void {
    this.stopping = true;
  }

  /** Writes as Storage does. A row that is in the spool, on the disk, counts as written. */
  async write(method: Method, family: Buffer, rows: readonly RowPut[], options: MutateOptions = {}): Promise<Failure[]> {
    const startedAt = Date.now();
    if (!this.backlog.idle) {
      await this.backlog.passable();
      const trial = this.backlog.away && this.backlog.takeTrial();
      const behind = rows.flatMap(({ row }, index) => ((trial ? this.backlog.fence.has(row) : this.backlog.holds(row)) ? [index] : []));
      if (behind.length > 0) return this.writeParts(method, family, rows, behind, options, startedAt);
    }
    return this.direct(method, family, rows, rows.map((_, i) => i), options, startedAt); // prettier-ignore
  }

  private async writeParts(
    method: Method,
    family: Buffer,
    rows: readonly RowPut[],
    behind: readonly number[],
    options: MutateOptions,
    startedAt: number,
  ): Promise<Failure[]> {
    const held = new Set(behind);
    const free = rows.flatMap((_, index) => (held.has(index) ? [] : [index]));
    const parts = await Promise.all([
      this.spool(method, rows, behind, () => new ThrottleError('The spool is full', { table: this.table }), 'behind'),
      free.length === 0 ? [] : this.direct(method, family, rows, free, options, startedAt),
    ]);
    return parts.flat();
  }

  private async direct(
    method: Method,
    family: Buffer,
    rows: readonly RowPut[],
    indices: readonly number[],
    options: MutateOptions,
    startedAt: number,
  ): Promise<Failure[]> {
    const { afterMs } = this.settings;
    const deadline = Math.min(options.deadline ?? Infinity, Date.now() + afterMs);
    const sent = indices.length === rows.length ? rows : indices.map((i) => rows[i]);
    const early = new Set<number>();
    const onDurable = (positions: readonly number[]): void => {
      this.took(Date.now());
      for (const position of positions) early.add(indices[position]);
      if (this.failing.size > 0) for (const position of positions) this.failing.delete(rows[indices[position]].row.toString('latin1'));
      options.onDurable?.(positions.map((position) => indices[position]));
    };
    let failures: Failure[];
    try {
      failures = await this.storage[method](this.table, family, sent, { ...options, deadline, onDurable });
    } catch (cause) {
      const error = cause instanceof StorageError ? cause : new DoNotRetryError(String(cause), { table: this.table, cause });
      failures = sent.map((_, index) => ({ index, error }));
    }
    if (failures.length < sent.length) this.took(Date.now());
    if (failures.length === 0 && this.failing.size === 0) return failures;
    return this.judge(method, rows, indices, failures, { early, startedAt });
  }

  /** Storage took something. */
  private took(now: number): void {
    this.lastSuccess = now;
    this.backlog.found();
  }

  /**
   * Which failures are for the spool, and which for the buffer to try again.
   * @param early rows that were stored, and told of, while others were under way; their keys are used again by now
   */
  private async judge(
    method: Method,
    rows: readonly RowPut[],
    indices: readonly number[],
    failures: readonly Failure[],
    { early, startedAt }: { early: ReadonlySet<number>; startedAt: number },
  ): Promise<Failure[]> {
    const now = Date.now();
    const errors = new Map(failures.map(({ index, error }) => [index, error]));
    const given = new Map<number, StorageError>();
    const again: Failure[] = [];
    indices.forEach((index, i) => {
      if (early.has(index)) return;
      const error = errors.get(i);
      const name = rows[index].row.toString('latin1');
      const since = this.failing.get(name) ?? startedAt;
      if (error === undefined) {
        this.failing.delete(name);
      } else if (error instanceof RetryableError && !this.stopping && !this.backlog.away && now - since < this.settings.afterMs) {
        this.failing.set(name, since);
        again.push({ index, error });
      } else {
        this.failing.delete(name);
        given.set(index, error);
      }
    });
    if (given.size === 0) return again;
    const [[, last]] = given;
    const silent = last instanceof RetryableError && now - this.lastSuccess >= this.settings.afterMs;
    if (failures.length === indices.length && (silent || last instanceof TableNotFoundError)) this.backlog.lost(last);
    const refused = await this.spool(method, rows, [...given.keys()], (index) => given.get(index) as StorageError, null);
    return [...again, ...refused];
  }

  /** @returns as failures, with the errors given, what the spool does not take */
  private async spool(
    method: Method,
    rows: readonly RowPut[],
    indices: readonly number[],
    errorOf: (index: number) => StorageError,
    reason: SpoolReason | null,
  ): Promise<Failure[]> {
    try {
      const payloads = indices.map((index) => encodeRow({ append: method === 'append', put: rows[index] }));
      await this.backlog.add(
        indices.map((index) => rows[index].row),
        payloads,
      );
      for (const index of indices) this.points[reason ?? reasonOf(errorOf(index))] += rows[index].cells.count;
      return [];
    } catch {
      return indices.map((index) => ({ index, error: errorOf(index) }));
    }
  }

  collectStats(sink: StatsSink): void {
    recordBacklog(sink, this.table, this.backlog, this.points);
  }
}

/** The class of an error, as the counters have it. */
export function reasonOf(error: unknown): SpoolReason {
  if (error instanceof ThrottleError) return 'throttle';
  if (error instanceof TimeoutError) return 'timeout';
  return error instanceof RetryableError ? 'unavailable' : 'refused';
}

/** The figures of one queue. In append mode a cell counts once, however many points it brings. */
export function recordBacklog(sink: StatsSink, table: string, backlog: Backlog, points: Readonly<Record<SpoolReason, number>>): void {
  for (const [reason, count] of Object.entries(points)) sink.record('spool.points', count, { table, type: reason });
  sink.record('spool.replayed', backlog.replayed, { table });
  sink.record('spool.damaged', backlog.damaged, { table });
  sink.record('spool.bytes', backlog.queue.bytes, { table });
  sink.record('spool.age_ms', backlog.since === 0 ? 0 : Date.now() - backlog.since, { table });
  sink.record('spool.away', backlog.away ? 1 : 0, { table });
}
