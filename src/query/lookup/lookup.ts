import type { SeriesSelection, SeriesTable } from '../../meta';
import { StorageError } from '../../storage';
import { namesOfSeries, NoSuchUniqueId, type Uids } from '../../uid';
import { ClientError } from '../../util/errors';
import { TimeSlice } from '../../util/time-slice';
import { ReadBudget, type MemoryShare, type QueryLimits } from '../plan';
import type { DataTableSeries, SeriesBatch } from './data-table-series';
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
  private left: number;
  /** Key of the last row whose series has been told; null: none. */
  private told: Buffer | null = null;
  private ended = false;

  constructor(
    private readonly environment: LookupEnvironment,
    private readonly query: LookupQuery,
  ) {
    this.left = query.limit > 0 ? query.limit : Infinity;
  }

  /** Whether all series have been told. */
  get isOver(): boolean {
    return this.ended;
  }

  /**
   * The series that were found, batch by batch, at the pace at which they are taken. After a failure it may be called again: it goes on behind those
   * that have been told, for which their rows are read once more where each series is told once.
   * @throws ClientError, StorageError
   */
  async *series(options: LookupOptions): AsyncGenerator<FoundSeries[]> {
    const { uids, limits } = this.environment;
    const { query } = this;
    try {
      if (limits.loading !== null) await limits.loading;
      const selection = await resolveLookup(uids, query);
      const budget = new ReadBudget(limits.of(selection.metric === null ? null : query.metric));
      const slice = new TimeSlice(options.signal);
      for await (const { tsuids, end } of this.read(selection, budget, options)) {
        if (slice.isOver()) await slice.next();
        const growing = options.memory.mayGrow();
        if (growing !== null) await growing;
        const found = tsuids.slice(0, this.left);
        this.left -= found.length;
        this.told = end ?? this.told;
        if (found.length > 0) yield await this.named(found);
        if (this.left === 0) break;
      }
      this.ended = true;
    } finally {
      this.seen.clear();
    }
  }

  /** The TSUIDs of rows that are wanted. */
  private async *read(selection: SeriesSelection, budget: ReadBudget, options: LookupOptions): AsyncGenerator<SeriesBatch> {
    const { metaTable, dataTable, distinct } = this.environment;
    const batchRows = Math.min(this.left, BATCH_ROWS);
    if (!this.query.useMeta) {
      const { told } = this;
      const isNew = (series: string, key: Buffer): boolean => this.isNew(series, options) && (told === null || key.compare(told) > 0);
      yield* dataTable.series(selection, batchRows, options, budget, distinct ? isNew : null);
      return;
    }
    for await (const tsuids of metaTable.series(selection, batchRows, options)) {
      for (const tsuid of tsuids) budget.bytes += tsuid.length;
      budget.dataPoints += tsuids.length;
      budget.check();
      yield { tsuids, end: null };
    }
  }

  private isNew(series: string, { memory }: LookupOptions): boolean {
    if (this.seen.has(series)) return false;
    this.seen.add(series);
    memory.addBytes(REMEMBERED_BYTES + series.length);
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
