import { hexToUid } from '../schema';
import type { ValidQuery, ValidSubQuery } from './parse';
import { planFilters, planMetricScan, planTsuidScan, resolveFilters, scanWindow } from './plan';
import type { FilterPlan, ResolvedFilter, ScanPlan, ScanWindow } from './plan';
import type { ScanContext } from './scan';
import type { QuerySettings } from './settings';

/** A sub-query with its names resolved and its key ranges laid out. */
export interface PlannedSubQuery {
  readonly subQuery: ValidSubQuery;
  readonly scan: ScanPlan;
  readonly filters: FilterPlan;
  /** UIDs of the keys that filters name; null without filters. */
  readonly filterTagks: Buffer[] | null;
}

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

/** From the names of a query to the key ranges to scan; names that are in the cache are not waited for. */
export class QueryPlanner {
  constructor(
    private readonly settings: QuerySettings,
    private readonly scanning: ScanContext,
    private readonly query: Pick<ValidQuery, 'startMs' | 'endMs'>,
  ) {}

  /**
   * All metrics first, then the filters: which unknown name a client is told of does not depend on timing.
   * @throws ClientError
   */
  async plan(subQueries: readonly ValidSubQuery[]): Promise<readonly PlannedSubQuery[]> {
    const metrics = await inOrder(subQueries.map((sub) => this.metricOf(sub)));
    return inOrder(subQueries.map((sub, i) => this.planSubQuery(sub, metrics[i])));
  }

  /** Null for a query by TSUIDs. */
  private metricOf({ source }: ValidSubQuery): Buffer | null | Promise<Buffer> {
    const { uids } = this.scanning;
    if (source.tsuids && source.tsuids.length > 0) return null;
    const metric = source.metric ?? '';
    return uids.cachedId('metrics', metric) ?? uids.getId('metrics', metric);
  }

  private planSubQuery(subQuery: ValidSubQuery, metric: Buffer | null): PlannedSubQuery | Promise<PlannedSubQuery> {
    const { filters } = subQuery.source;
    if (metric === null) return this.planByTsuids(subQuery);
    if (filters.length === 0) return this.planByMetric(subQuery, metric, []);
    const { settings, scanning } = this;
    return resolveFilters(scanning.uids, filters, settings).then((resolved) => this.planByMetric(subQuery, metric, resolved));
  }

  private async planByTsuids(subQuery: ValidSubQuery): Promise<PlannedSubQuery> {
    const scan = planTsuidScan(this.scanning.layout, subQuery.source.tsuids ?? [], this.windowOf(subQuery));
    const postScan = await this.tsuidFilters(subQuery);
    return { subQuery, scan, filters: { literals: [], groupBys: [], postScan }, filterTagks: null };
  }

  private windowOf({ downsample }: ValidSubQuery): ScanWindow {
    return scanWindow(this.query.startMs, this.query.endMs, downsample);
  }

  private planByMetric(subQuery: ValidSubQuery, metric: Buffer, resolved: readonly ResolvedFilter[]): PlannedSubQuery {
    const { settings, scanning } = this;
    const { source } = subQuery;
    const window = this.windowOf(subQuery);
    const filters = planFilters(resolved, settings.expansionLimit);
    const scan = planMetricScan(scanning.layout, metric, window, filters, source.explicitTags, settings.fuzzyFilter);
    if (resolved.length === 0) return { subQuery, scan, filters, filterTagks: null };
    const tagks = new Map(resolved.map((f) => [f.tagk.toString('latin1'), f.tagk]));
    const filterTagks = [...tagks.values()].sort(Buffer.compare);
    return { subQuery, scan, filters, filterTagks };
  }

  /** Filters beside TSUIDs are evaluated on names only; a key that nobody has ever used matches nothing rather than failing. */
  private async tsuidFilters({ source }: ValidSubQuery): Promise<ResolvedFilter[]> {
    const { uids } = this.scanning;
    const byName = source.filters.filter((f) => f.needsNames);
    return Promise.all(
      byName.map(async (filter) => {
        const tagk = await uids.getId('tagk', filter.tagk).catch(() => hexToUid('00', uids.widths.tagk));
        return { filter, tagk, tagvs: [] };
      }),
    );
  }
}
