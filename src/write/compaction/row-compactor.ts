import { setImmediate as nextTurn } from 'node:timers/promises';
import { DATA_FAMILY } from '../../schema';
import {
  RetryableError,
  ThrottleError,
  type Failure,
  type PackedCells,
  type Row,
  type RowDelete,
  type RowPut,
  type Storage,
} from '../../storage';
import { messageOf } from '../../util/message-of';
import { planRow, type PlanOptions, type RowPlan } from './row-plan';

/** Milliseconds for which merging may hold the event loop. */
const TURN_MS = 4;
/** Times that a row may fail to be read before it is given up. */
const MAX_FAILURES = 3;
/** Rows whose failures are remembered. */
const MAX_REMEMBERED = 10_000;

export type Rpc = 'read' | 'put' | 'delete';

export interface CompactorOptions extends PlanOptions {
  table: string;
  now: () => number;
  /** The row is to be compacted later. */
  postpone: (key: Buffer) => void;
  /** A call to storage ended well. */
  answered: (milliseconds: number) => void;
  /** Storage refused work that it may take later. */
  pushedBack: () => void;
  logError: (message: string) => void;
}

/** Compacts rows in batches: one read for all, one put, and one delete for those whose put was acknowledged. */
export class RowCompactor {
  /** Times that rows could not be read. */
  private readonly failures = new Map<string, number>();

  constructor(
    private readonly storage: Storage,
    private readonly options: CompactorOptions,
  ) {}

  /**
   * What goes wrong is counted, and what may work later is postponed.
   * @param quietMs rows that somebody wrote less than so many milliseconds ago are postponed, too
   * @returns bytes read
   */
  async compact(keys: readonly Buffer[], quietMs: number): Promise<number> {
    this.options.stats.rows += keys.length;
    const rows = await this.read(keys);
    const plans = await this.plan(rows, quietMs);
    const written = await this.put(plans);
    await Promise.all([this.delete(written), ...written.map((plan) => this.repair(plan))]);
    return rows.reduce((bytes, row) => bytes + bytesOf(row), 0);
  }

  private async read(keys: readonly Buffer[]): Promise<Row[]> {
    const { table } = this.options;
    try {
      const gets = keys.map((row) => ({ row, family: DATA_FAMILY }));
      const rows = await this.timed(() => this.storage.multiGet(table, gets));
      if (this.failures.size > 0) for (const key of keys) this.failures.delete(key.toString('latin1'));
      return rows.filter((row) => row !== null);
    } catch (error) {
      if (keys.length === 1 || error instanceof ThrottleError) {
        this.failed('read', error);
        for (const key of keys) this.notRead(key, error);
        return [];
      }
      // One bad row must not keep the others from being compacted.
      const rows: Row[] = [];
      for (const key of keys) rows.push(...(await this.read([key])));
      return rows;
    }
  }

  private notRead(key: Buffer, error: unknown): void {
    const { stats } = this.options;
    if (error instanceof ThrottleError) return this.postpone(key);
    const name = key.toString('latin1');
    const failures = (this.failures.get(name) ?? 0) + 1;
    this.failures.delete(name);
    if (error instanceof RetryableError && failures < MAX_FAILURES) {
      if (this.failures.size >= MAX_REMEMBERED) this.failures.clear();
      this.failures.set(name, failures);
      this.postpone(key);
    } else stats.skipped.failing++;
  }

  private async plan(rows: readonly Row[], quietMs: number): Promise<RowPlan[]> {
    const { merge, now } = this.options;
    const plans: RowPlan[] = [];
    let since = performance.now();
    for (const row of rows) {
      if (performance.now() - since > TURN_MS) {
        await nextTurn();
        since = performance.now();
      }
      // Cells far ahead of the clock say nothing of when they were written.
      if (!merge.dateTiered && Math.abs(now() - newestOf(row)) < quietMs) this.postpone(row.key);
      else {
        const plan = planRow(row, this.options);
        if (plan !== null) plans.push(plan);
      }
    }
    return plans;
  }

  /** @returns the plans whose merged cell is in the row */
  private async put(plans: readonly RowPlan[]): Promise<RowPlan[]> {
    const { table, stats } = this.options;
    const withPut = plans.filter((plan) => plan.put !== null);
    if (withPut.length === 0) return [...plans];
    const puts = withPut.map((plan) => plan.put as RowPut);
    stats.writes += puts.length;
    const failed = await this.change('put', withPut, () => this.storage.put(table, DATA_FAMILY, puts));
    const unseen = await this.unseen(withPut.filter((plan) => plan.confirm && !failed.has(plan)));
    return plans.filter((plan) => !failed.has(plan) && !unseen.has(plan));
  }

  /** Looks whether merged cells are in their rows, and puts those that are not with the time of the store. @returns these */
  private async unseen(plans: readonly RowPlan[]): Promise<Set<RowPlan>> {
    const unseen = new Set(plans);
    if (plans.length === 0) return unseen;
    const { table } = this.options;
    const cells = plans.map(({ put }) => (put as RowPut).cells);
    const qualifiers = cells.map(qualifierOf);
    try {
      const rows = await this.timed(() =>
        this.storage.multiGet(
          table,
          plans.map(({ key }, i) => ({ row: key, family: DATA_FAMILY, qualifiers: [qualifiers[i]] })),
        ),
      );
      plans.forEach((plan, i) => {
        if (rows[i] !== null) unseen.delete(plan);
      });
      const puts = plans.map(({ key }, i) => ({ row: key, cells: cells[i] })).filter((_, i) => rows[i] === null);
      // What is left to delete is found when the rows come up again.
      if (puts.length > 0) await this.change('put', [...unseen], () => this.storage.put(table, DATA_FAMILY, puts));
    } catch (error) {
      this.failed('read', error);
    }
    for (const { key } of unseen) this.postpone(key);
    return unseen;
  }

  private async delete(plans: readonly RowPlan[]): Promise<void> {
    const { table, stats } = this.options;
    const withDelete = plans.filter((plan) => plan.delete !== null);
    if (withDelete.length === 0) return;
    const deletes = withDelete.map((plan) => plan.delete as RowDelete);
    stats.deletes += deletes.length;
    await this.change('delete', withDelete, () => this.storage.delete(table, deletes));
  }

  /** Writes an append column anew unless somebody appends to it meanwhile. */
  private async repair({ key, appendRepair }: RowPlan): Promise<void> {
    if (appendRepair === null) return;
    const { table, stats } = this.options;
    const { qualifier, expected, value } = appendRepair;
    try {
      if (await this.storage.compareAndSet(table, key, DATA_FAMILY, qualifier, expected, value)) stats.repairedAppends++;
      else this.postpone(key);
    } catch (error) {
      this.failed('put', error);
      if (error instanceof RetryableError) this.postpone(key);
    }
  }

  /** @returns the plans that were not carried out; those that may be later are postponed */
  private async change(rpc: Rpc, plans: readonly RowPlan[], call: () => Promise<Failure[]>): Promise<Set<RowPlan>> {
    const failed = new Set<RowPlan>();
    const fail = (plan: RowPlan, error: unknown): void => {
      failed.add(plan);
      this.failed(rpc, error);
      if (error instanceof RetryableError) this.postpone(plan.key);
    };
    try {
      for (const { index, error } of await this.timed(call)) fail(plans[index], error);
    } catch (error) {
      for (const plan of plans) fail(plan, error);
    }
    return failed;
  }

  private async timed<T>(call: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const answer = await call();
    this.options.answered(performance.now() - started);
    return answer;
  }

  private postpone(key: Buffer): void {
    this.options.stats.postponed++;
    this.options.postpone(key);
  }

  private failed(rpc: Rpc, error: unknown): void {
    const { stats, logError, pushedBack } = this.options;
    if (error instanceof RetryableError) pushedBack();
    // A store that is only busy is no error, as in the original.
    if (error instanceof ThrottleError) return;
    stats.errors[rpc]++;
    logError(`Failed to ${rpc} a row to re-compact: ${messageOf(error)}`);
  }
}

/** The qualifier of a lone packed cell; a view. */
function qualifierOf(cells: PackedCells): Buffer {
  let qualifier = cells.bytes;
  cells.forEach((at, length) => {
    qualifier = cells.bytes.subarray(at, at + length);
  });
  return qualifier;
}

/** The time of the youngest cell, milliseconds. */
function newestOf(row: Row): number {
  let newest = 0;
  for (let i = 0; i < row.size; i++) newest = Math.max(newest, row.timestamp(i));
  return newest;
}

function bytesOf(row: Row): number {
  let bytes = 0;
  for (let i = 0; i < row.size; i++) bytes += row.qualifierLength(i) + row.valueLength(i);
  return bytes;
}
