import type { SeriesSelection, SeriesTable } from '../../meta';
import { StorageError } from '../../storage';
import { namesOfSeries, NoSuchUniqueId, type Uids } from '../../uid';
import { ClientError } from '../../util/errors';
import { TimeSlice } from '../../util/time-slice';
import { ReadBudget, type MemoryShare, type QueryLimits } from '../plan';
import type { DataTableSeries } from './data-table-series';
import type { FoundSeries, LookupQuery } from './query';
import { resolveLookup } from './resolve';
import type { StopSignal } from '../../util/stop-signal';

/** What all lookups of an engine share. */
export interface LookupEnvironment {
  readonly uids: Uids;
  readonly metaTable: SeriesTable;
  readonly dataTable: DataTableSeries;
  readonly limits: QueryLimits;
  /** Tell each series of the data table once, not once for each of its rows. */
  readonly distinct: boolean;
}

/** What stops a lookup and what it may hold. */
export interface LookupOptions {
  readonly signal: StopSignal;
  readonly deadline: number | undefined;
  readonly memory: MemoryShare;
}

/** Rows read, and names looked up, at once. */
const BATCH_ROWS = 512;
/** What it takes to remember a series, beside its bytes. */
const REMEMBERED_BYTES = 64;

/** Answers one lookup. Mirrors TimeSeriesLookup. */
export class Lookup {
  private readonly seen = new Set<string>();

  constructor(
    private readonly environment: LookupEnvironment,
    private readonly options: LookupOptions,
  ) {}

  /**
   * The series that were found, batch by batch, at the pace at which they are taken.
   * @throws ClientError, StorageError
   */
  async *series(query: LookupQuery): AsyncGenerator<FoundSeries[]> {
    const { uids, limits } = this.environment;
    if (limits.loading !== null) await limits.loading;
    const selection = await resolveLookup(uids, query);
    const budget = new ReadBudget(limits.of(selection.metric === null ? null : query.metric));
    const slice = new TimeSlice(this.options.signal);
    let left = query.limit > 0 ? query.limit : Infinity;
    for await (const batch of this.read(query, selection, Math.min(left, BATCH_ROWS), budget)) {
      if (slice.isOver()) await slice.next();
      const found = batch.slice(0, left);
      left -= found.length;
      if (found.length > 0) yield await this.named(found);
      if (left === 0) return;
    }
  }

  /** The TSUIDs of rows that are wanted. */
  private async *read(query: LookupQuery, selection: SeriesSelection, batchRows: number, budget: ReadBudget): AsyncGenerator<Buffer[]> {
    const { metaTable, dataTable, distinct } = this.environment;
    if (!query.useMeta) {
      yield* dataTable.series(selection, batchRows, this.options, budget, distinct ? (series) => this.isNew(series) : null);
      return;
    }
    for await (const batch of metaTable.series(selection, batchRows, this.options)) {
      for (const tsuid of batch) budget.bytes += tsuid.length;
      budget.dataPoints += batch.length;
      budget.check();
      yield batch;
    }
  }

  private isNew(series: string): boolean {
    if (this.seen.has(series)) return false;
    this.seen.add(series);
    this.options.memory.addBytes(REMEMBERED_BYTES + series.length);
    return true;
  }

  /** @throws ClientError 404 for a series whose UIDs are nobody's any more */
  private async named(tsuids: readonly Buffer[]): Promise<FoundSeries[]> {
    try {
      const names = await namesOfSeries(this.environment.uids, tsuids);
      return tsuids.map((tsuid, i) => ({ tsuid, ...names[i] }));
    } catch (e) {
      if (!(e instanceof NoSuchUniqueId)) throw e;
      throw new ClientError(404, 'Unable to resolve one or more TSUIDs', e.message, { cause: e });
    }
  }
}

/** A failure of a lookup as its client is told of it. */
export function asLookupError(error: unknown): unknown {
  if (error instanceof ClientError || error instanceof StorageError) return error;
  return new ClientError(500, 'Unexpected exception', error instanceof Error ? error.message : String(error), { cause: error });
}
