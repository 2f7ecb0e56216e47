import {
  DoNotRetryError,
  RetryableError,
  StorageError,
  TableNotFoundError,
  ThrottleError,
  TimeoutError,
  type Failure,
  type MutateOptions,
} from '../../storage';
import type { StatsSink } from '../../util/stats';
import type { RowBatch } from './row-batch';
import { RowOutlet } from './row-outlet';
import type { Outlet, SpoolReason, SpoolPace, WaitingPoints, Writes } from './types';

/**
 * Where one table's changes go: to storage, or into the spool and from there to storage. Those of a row keep their order, of whatever family
 * and kind they are; a delete stays behind what was put before it.
 */
export class TableSpool {
  private readonly points: Record<SpoolReason, number> = { throttle: 0, timeout: 0, unavailable: 0, refused: 0, behind: 0 };
  /** Rows that storage did not take lately, and since when. */
  private readonly failing = new Map<string, number>();
  private lastSuccess = -Infinity;
  private stopping = false;

  constructor(
    private readonly storage: Writes,
    private readonly table: string,
    readonly backlog: WaitingPoints,
    private readonly settings: SpoolPace,
  ) {}

  /** Takes records out of the spool. @param onReplayed told of rows that reach storage */
  outlet(onReplayed: (table: string, batch: RowBatch) => void): Outlet {
    return new RowOutlet(this.storage, this.table, this.settings, {
      stored: (batch) => {
        this.lastSuccess = performance.now();
        this.backlog.found();
        for (let i = 0; i < batch.size; i++) this.backlog.replayed += batch.cellsAt(i);
        onReplayed(this.table, batch);
      },
    });
  }

  /** From now on what storage does not take at once is spooled at once. */
  hurry(): void {
    this.stopping = true;
  }

  /** Writes as Storage does. A row that is in the spool, on the disk, counts as written. */
  async write(batch: RowBatch, options: MutateOptions = {}): Promise<Failure[]> {
    const startedAt = performance.now();
    const all = Array.from({ length: batch.size }, (_, index) => index);
    if (!this.backlog.idle) {
      await this.backlog.passable();
      const trial = this.backlog.away && this.backlog.takeTrial();
      const isBehind = (index: number): boolean => {
        const key = batch.keyAt(index);
        return trial ? this.backlog.fence.has(key) : this.backlog.holds(key);
      };
      const behind = all.filter(isBehind);
      if (behind.length > 0) return this.writeParts(batch, behind, options, startedAt);
    }
    return this.direct(batch, all, options, startedAt);
  }

  private async writeParts(batch: RowBatch, behind: readonly number[], options: MutateOptions, startedAt: number): Promise<Failure[]> {
    const held = new Set(behind);
    const free = Array.from({ length: batch.size }, (_, index) => index).filter((index) => !held.has(index));
    const parts = await Promise.all([
      this.spool(batch, behind, () => new ThrottleError('The spool is full', { table: this.table }), 'behind'),
      free.length === 0 ? [] : this.direct(batch, free, options, startedAt),
    ]);
    return parts.flat();
  }

  private async direct(batch: RowBatch, indices: readonly number[], options: MutateOptions, startedAt: number): Promise<Failure[]> {
    const { afterMs } = this.settings;
    const deadline = Math.min(options.deadline ?? Infinity, Date.now() + afterMs);
    const sent = batch.part(indices);
    const early = new Set<number>();
    const onDurable = (positions: readonly number[]): void => {
      this.took(performance.now());
      for (const position of positions) early.add(indices[position]);
      if (this.failing.size > 0) for (const position of positions) this.failing.delete(sent.keyAt(position).toString('latin1'));
      options.onDurable?.(positions.map((position) => indices[position]));
    };
    let failures: Failure[];
    try {
      failures = await sent.send(this.storage, this.table, { ...options, deadline, onDurable });
    } catch (cause) {
      const error = cause instanceof StorageError ? cause : new DoNotRetryError(String(cause), { table: this.table, cause });
      failures = indices.map((_, index) => ({ index, error }));
    }
    if (failures.length < sent.size) this.took(performance.now());
    if (failures.length === 0 && this.failing.size === 0) return failures;
    return this.judge(batch, indices, failures, { early, startedAt });
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
    batch: RowBatch,
    indices: readonly number[],
    failures: readonly Failure[],
    { early, startedAt }: { early: ReadonlySet<number>; startedAt: number },
  ): Promise<Failure[]> {
    const now = performance.now();
    const errors = new Map(failures.map(({ index, error }) => [index, error]));
    const given = new Map<number, StorageError>();
    const again: Failure[] = [];
    indices.forEach((index, i) => {
      if (early.has(index)) return;
      const error = errors.get(i);
      const name = batch.keyAt(index).toString('latin1');
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
    const refused = await this.spool(batch, [...given.keys()], (index) => given.get(index) as StorageError, null);
    return [...again, ...refused];
  }

  /** @returns as failures, with the errors given, what the spool does not take */
  private async spool(
    batch: RowBatch,
    indices: readonly number[],
    errorOf: (index: number) => StorageError,
    reason: SpoolReason | null,
  ): Promise<Failure[]> {
    try {
      const records = indices.map((index) => batch.recordAt(index));
      await this.backlog.add(
        indices.map((index) => batch.keyAt(index)),
        records,
      );
      for (const index of indices) this.points[reason ?? reasonOf(errorOf(index))] += batch.cellsAt(index);
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
export function recordBacklog(sink: StatsSink, table: string, backlog: WaitingPoints, points: Readonly<Record<SpoolReason, number>>): void {
  for (const [reason, count] of Object.entries(points)) sink.record('spool.points', count, { table, type: reason });
  sink.record('spool.replayed', backlog.replayed, { table });
  sink.record('spool.damaged', backlog.damaged, { table });
  sink.record('spool.bytes', backlog.bytes, { table });
  sink.record('spool.age_ms', backlog.since === 0 ? 0 : Math.round(performance.now() - backlog.since), { table });
  sink.record('spool.away', backlog.away ? 1 : 0, { table });
}
