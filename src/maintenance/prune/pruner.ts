import { DATA_FAMILY } from '../../schema';
import type { Row, Storage } from '../../storage';
import type { DataModel } from '../../tables';
import { ID_FAMILY, NAME_FAMILY } from '../../uid/uid-table';
import { inParallel } from '../../util/in-parallel';
import type { Tally } from '../walk/checkpoint';
import type { KeyRange } from '../walk/key-ranges';
import type { Pace } from '../walk/pace';
import type { Walker } from '../walk/walk';
import { rangesBefore, type PrunedTable } from './old-rows';

/** What is deleted, and how. */
export interface PrunerParts {
  readonly storage: Storage;
  readonly model: DataModel;
  readonly tables: readonly PrunedTable[];
  /** Whether a metric is to be pruned, by the bytes of its name. */
  readonly matches: (name: Buffer) => boolean;
  /** Rows are counted and not deleted. */
  readonly dryRun: boolean;
  /** Ranges that are worked on at once. */
  readonly threads: number;
  /** Of rows that are deleted, or counted. */
  readonly pace: Pace;
  /** Told of each metric that has old rows. @param rows by table */
  readonly pruned: (name: Buffer, rows: ReadonlyMap<string, number>) => Promise<void>;
  /** Told of rows as they are seen. */
  readonly progress: (rows: number) => void;
  /** Told of metrics that are left alone: their UID has another name. */
  readonly skipped: (name: Buffer) => void;
  readonly signal?: AbortSignal;
}

interface Task extends KeyRange {
  /** Position of its metric. */
  readonly metric: number;
  readonly table: string;
}

/** Columns of the UID table that a walk for a pruner reads: the UIDs of metrics, by their names. */
export const METRIC_UIDS = { family: ID_FAMILY, qualifiers: [Buffer.from('metrics')] };

/**
 * Deletes the rows of metrics that have ended by a time, in every table of points: what `walk` shows the rows of the UID table to. Rows go as a whole, with
 * the annotations and histograms in them. It may be done again, by two at once, and beside daemons: those write younger rows.
 */
export class Pruner implements Walker {
  constructor(private readonly parts: PrunerParts) {}

  /** @throws StorageError */
  async visit(names: readonly Row[]): Promise<Tally> {
    const { model, matches, tables, threads, pruned } = this.parts;
    const metrics = await this.sound(names.filter((row) => matches(row.key) && row.value(0).length === model.widths.metrics));
    const tasks = metrics.flatMap((row, metric) =>
      tables.flatMap(({ name, before }) =>
        rangesBefore(model.layout, row.value(0), before).map((range): Task => ({ ...range, metric, table: name })),
      ),
    );
    const rows = metrics.map(() => new Map<string, number>());
    await inParallel(tasks, threads, async (task) => {
      const count = await this.prune(task);
      const counts = rows[task.metric];
      if (count > 0) counts.set(task.table, (counts.get(task.table) ?? 0) + count);
    });
    let [total, found] = [0, 0];
    for (const [i, counts] of rows.entries()) {
      if (counts.size === 0) continue;
      found++;
      for (const count of counts.values()) total += count;
      await pruned(metrics[i].key, counts);
    }
    return { metrics: found, rows: total };
  }

  /** Those whose UID is theirs alone: two names may have one after a rename that was broken off. */
  private async sound(metrics: readonly Row[]): Promise<Row[]> {
    if (metrics.length === 0) return [];
    const { storage, model, skipped } = this.parts;
    const gets = metrics.map((row) => ({ row: row.value(0), family: NAME_FAMILY, qualifiers: METRIC_UIDS.qualifiers }));
    const owners = await storage.multiGet(model.tables.uid.name, gets);
    return metrics.filter((row, i) => {
      const same = owners[i]?.value(0).equals(row.key) === true;
      if (!same) skipped(row.key);
      return same;
    });
  }

  /** @returns how many rows there were */
  private async prune({ table, start, stop }: Task): Promise<number> {
    const { storage, dryRun, pace, progress, signal } = this.parts;
    let count = 0;
    for await (const rows of storage.scan(table, {
      start,
      stop,
      family: DATA_FAMILY,
      firstCellOnly: true,
      withoutValues: true,
      batchRows: pace.batchRows,
      signal,
    })) {
      count += rows.length;
      progress(rows.length);
      if (!dryRun) {
        const deletes = rows.map(({ key }) => ({ row: key, family: DATA_FAMILY }));
        const [failure] = await storage.delete(table, deletes, { signal });
        if (failure !== undefined) throw failure.error;
      }
      await pace.spend(rows.length, signal);
    }
    return count;
  }
}
