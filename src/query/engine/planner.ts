import type { RollupInterval } from '../../rollup';
import { hexToUid } from '../../schema';
import {
  planFilters,
  planMetricScan,
  planTsuidScan,
  resolveFilters,
  rollupWindow,
  RowTimes,
  scanWindow,
  type FilterPlan,
  type ResolvedFilter,
  type ScanPlan,
  type ScanWindow,
} from '../plan';
import type { SourceChoice, Sources } from '../source';
import type { ValidQuery, ValidSubQuery } from '../specification';
import type { Uids } from '../../uid';
import type { StopSignal } from '../../util/stop-signal';
import { TimeSlice } from '../../util/time-slice';
import type { QuerySettings } from '../../config/settings';

/** A sub-query with its names resolved and its key ranges laid out. */
export interface PlannedSubQuery {
  readonly subQuery: ValidSubQuery;
  /** Where it reads, and what is done with that. */
  readonly choice: SourceChoice;
  readonly scan: ScanPlan;
  readonly filters: FilterPlan;
  /** UIDs of the keys that filters name; null without filters, empty when there are TSUIDs. */
  readonly filterTagks: Buffer[] | null;
  /** The same reading elsewhere, or a part of the time. */
  over(choice: SourceChoice, times?: TimeRange): PlannedSubQuery;
}

/** Milliseconds, both ends inclusive. */
export type TimeRange = Pick<ValidQuery, 'startMs' | 'endMs'>;

/** What there is, or when there is something to wait for, all of it; then the first failure in order counts. */
function inOrder<T>(values: readonly (T | Promise<T>)[]): readonly T[] | Promise<T[]> {
  if (!values.some((value) => value instanceof Promise)) return values as readonly T[];
  return Promise.allSettled(values).then((settled) =>
    settled.map((s) => {
      if (s.status === 'rejected') throw s.reason;
      return s.value;
    }),
  );
}

/** Sub-queries whose names are looked up together. */
const PLANNED_AT_ONCE = 32;

/** From the names of a query to the key ranges to scan; names that are in the cache are not waited for. */
export class QueryPlanner {
  private readonly rowTimes = new RowTimes();

  constructor(
    private readonly settings: QuerySettings,
    private readonly sources: Sources,
    private readonly uids: Uids,
    private readonly query: TimeRange,
    /** Whether an interval has no rolled up values for this time yet. */
    private readonly isTooNew: (rollup: RollupInterval) => boolean = () => false,
    private readonly signal: StopSignal | null = null,
  ) {}

  /**
   * All metrics first, then the filters: which unknown name a client is told of does not depend on timing.
   * @throws ClientError
   */
  async plan(subQueries: readonly ValidSubQuery[]): Promise<readonly PlannedSubQuery[]> {
    const metrics = await inOrder(subQueries.map((sub) => this.metricOf(sub)));
    const slice = new TimeSlice(this.signal);
    const planned: PlannedSubQuery[] = [];
    for (let from = 0; from < subQueries.length; from += PLANNED_AT_ONCE) {
      if (slice.isOver()) await slice.next();
      const some = subQueries.slice(from, from + PLANNED_AT_ONCE);
      const plans = inOrder(some.map((sub, i) => this.planSubQuery(sub, metrics[from + i])));
      planned.push(...(plans instanceof Promise ? await plans : plans));
      slice.restart();
    }
    return planned;
  }

  /** Null for a query by TSUIDs. */
  private metricOf({ tsuids, metric }: ValidSubQuery): Buffer | null | Promise<Buffer> {
    const { uids } = this;
    if (tsuids !== null) return null;
    return uids.cachedId('metrics', metric) ?? uids.getId('metrics', metric);
  }

  private planSubQuery(subQuery: ValidSubQuery, metric: Buffer | null): PlannedSubQuery | Promise<PlannedSubQuery> {
    const { filters, tsuids } = subQuery;
    if (metric === null) return this.planByTsuids(subQuery, tsuids ?? []);
    if (filters.length === 0) return this.planByMetric(subQuery, metric, []);
    return resolveFilters(this.uids, filters, this.settings, this.signal).then((resolved) => this.planByMetric(subQuery, metric, resolved));
  }

  private async planByTsuids(subQuery: ValidSubQuery, tsuids: readonly string[]): Promise<PlannedSubQuery> {
    const postScan = await this.tsuidFilters(subQuery);
    const filters = { literals: [], groupBys: [], postScan };
    const filterTagks = subQuery.filters.length > 0 ? [] : null;
    const over = (choice: SourceChoice, times = this.query): PlannedSubQuery => {
      const scan = planTsuidScan(choice.source, tsuids, windowOf(subQuery, choice, times), this.rowTimes);
      return { subQuery, choice, scan, filters, filterTagks, over };
    };
    return over(this.sources.of(subQuery, this.isTooNew));
  }

  private planByMetric(subQuery: ValidSubQuery, metric: Buffer, resolved: readonly ResolvedFilter[]): PlannedSubQuery {
    const { settings } = this;
    const filters = planFilters(resolved, settings.expansionLimit);
    const filterTagks = resolved.length === 0 ? null : tagksOf(resolved);
    const over = (choice: SourceChoice, times = this.query): PlannedSubQuery => {
      const window = windowOf(subQuery, choice, times);
      const scan = planMetricScan(choice.source, metric, window, filters, subQuery.explicitTags, settings.fuzzyFilter, this.rowTimes);
      return { subQuery, choice, scan, filters, filterTagks, over };
    };
    return over(this.sources.of(subQuery, this.isTooNew));
  }

  /** Filters beside TSUIDs are evaluated on names only; a key that nobody has ever used matches nothing rather than failing. */
  private async tsuidFilters({ filters }: ValidSubQuery): Promise<ResolvedFilter[]> {
    const { uids } = this;
    const byName = filters.filter((f) => f.needsNames);
    return Promise.all(
      byName.map(async (filter) => {
        const tagk = await uids.getId('tagk', filter.tagk).catch(() => hexToUid('00', uids.widths.tagk));
        return { filter, tagk, tagvs: [] };
      }),
    );
  }
}

function windowOf({ rate }: ValidSubQuery, { source, downsample, rollup }: SourceChoice, { startMs, endMs }: TimeRange): ScanWindow {
  if (rollup !== null) return rollupWindow(startMs, endMs, rollup, rate !== null);
  return scanWindow(startMs, endMs, downsample, source.rowSpan);
}

function tagksOf(resolved: readonly ResolvedFilter[]): Buffer[] {
  const tagks = new Map(resolved.map((f) => [f.tagk.toString('latin1'), f.tagk]));
  return [...tagks.values()].sort(Buffer.compare);
}
