import { BucketFold, foldsWhileReading } from '../downsample/fold';
import { groupSpans, labelGroups, type Labels, type SpanGroup } from '../group';
import { TimeSlice } from '../../util/time-slice';
import type { SubQueryStats } from '../output';
import { patternSteps, ReadBudget, type MemoryShare } from '../plan';
import { NeededPoints, RangeScan, RowRemoval, sortSpans, type Span } from '../scan';
import { PackArena } from '../series';
import type { GroupSpec, ValidQuery } from '../specification';
import type { QueryLifetime } from './lifetime';
import type { PlannedSubQuery } from './planner';
import type { RunContext } from './run-context';

/** What an output object takes of memory beside its points, names and figures and all, as so many points. */
const GROUP_AS_POINTS = 192;

/** What a sub-query has found, in groups with their names. */
export interface ReadSubQuery {
  readonly planned: PlannedSubQuery;
  readonly groups: readonly SpanGroup[];
  readonly labels: readonly Labels[];
  readonly namesMs: number;
  readonly stats: SubQueryStats;
}

/** What is computed for the groups of a sub-query. */
export function specOf({ subQuery, choice, scan }: PlannedSubQuery, { startMs, endMs, wholeScan }: ValidQuery): GroupSpec {
  const { aggregator, rate } = subQuery;
  const { downsample } = choice;
  const { scanStart, scanEnd, source } = scan;
  // "all" is about the query window, and its one value lies in it.
  const showsAll = wholeScan && downsample?.kind !== 'all';
  const rowStart = source.rowSpan.start(scanStart);
  const isSampled = foldsWhileReading(downsample, source.rowSpan.next(rowStart) - rowStart);
  return {
    aggregator,
    downsample,
    isSampled,
    rate,
    startMs: showsAll ? scanStart * 1000 : startMs,
    endMs: showsAll ? scanEnd * 1000 : endMs,
    scanStart,
    scanEnd,
  };
}

/** A row may hold nothing that a query is after: its series is not there then. */
function hasSomething({ size, matched, annotations, histograms }: Span): boolean {
  return size > 0 || matched || annotations !== null || histograms !== null;
}

/** Reads what the sub-queries of one request need. */
export class SubQueryReader {
  private readonly arena: PackArena;
  private readonly removal: RowRemoval | null;
  private readonly patternSteps = patternSteps();

  constructor(
    private readonly context: RunContext,
    private readonly query: ValidQuery,
    private readonly memory: MemoryShare,
    private readonly lifetime: QueryLifetime,
  ) {
    this.arena = new PackArena();
    this.removal = query.delete ? new RowRemoval(context.remover(), memory, context.scanning.logger) : null;
  }

  /**
   * Reads, groups and names; where no series is found, elsewhere as far as the sub-query may.
   * @throws ClientError, StorageError, and what decoding throws
   */
  async read(planned: PlannedSubQuery, stats: SubQueryStats): Promise<ReadSubQuery> {
    const started = performance.now();
    let spans = await this.scan(planned, stats);
    for (let next = planned.choice.fallback(); spans.length === 0 && next !== null; next = next.fallback()) {
      planned = planned.over(next);
      spans = await this.scan(planned, stats);
    }
    stats.queryScanMs = performance.now() - started;
    return this.group(planned, spans, stats);
  }

  /** Deletes the rows that were read, if the query is to. */
  async removeRows(): Promise<void> {
    await this.removal?.finish();
  }

  private async group(planned: PlannedSubQuery, spans: readonly Span[], stats: SubQueryStats): Promise<ReadSubQuery> {
    const { subQuery, scan, filters } = planned;
    const { layout } = scan.source;
    const started = performance.now();
    const each = subQuery.aggregator.name === 'none';
    // A series without points is there for its annotations only; a histogram query shows histograms and nothing else.
    const readable = subQuery.histogram ? spans.filter(({ histograms }) => histograms !== null) : spans;
    const slice = new TimeSlice(this.lifetime.signal);
    const groups = await groupSpans(layout, readable, { each, groupBys: filters.groupBys, window: scan }, slice);
    stats.groupByMs = performance.now() - started;
    this.memory.add(groups.length * GROUP_AS_POINTS);
    const namesStarted = performance.now();
    const labels = await labelGroups(this.context.scanning.uids, layout, groups, slice);
    return { planned, groups, labels, namesMs: performance.now() - namesStarted, stats };
  }

  private async scan(planned: PlannedSubQuery, stats: SubQueryStats): Promise<Span[]> {
    const { subQuery, scan, filters } = planned;
    const { settings, scanning, limits, scans } = this.context;
    const { query } = this;
    const { signal } = this.lifetime;
    if (limits.loading !== null) await limits.loading;
    const limit = limits.of(subQuery.tsuids === null ? subQuery.metric : null);
    const budget = new ReadBudget({
      bytes: query.overrideByteLimit && settings.limits.allowByteOverride ? 0 : limit.bytes,
      dataPoints: query.overrideDataPointLimit && settings.limits.allowDataPointOverride ? 0 : limit.dataPoints,
    });
    const spec = specOf(planned, query);
    const needed = NeededPoints.of(spec);
    const request = {
      plan: scan,
      postScan: filters.postScan,
      budget,
      patternSteps: this.patternSteps,
      memory: this.memory,
      signal,
      deadline: this.lifetime.deadline,
      removal: this.removal,
      needed,
      fold: BucketFold.of(spec),
      // Where numbers depend on all points of a series at once, packing them would only take time.
      arena: needed === null || planned.choice.downsample?.kind === 'all' ? null : this.arena,
    };
    const reading = scan.ranges.map((range) => {
      const rangeScan = new RangeScan(scanning, request, range);
      stats.scans.push(rangeScan.stats);
      return scans.run(signal, () => rangeScan.run());
    });
    const found = reading.length === 1 ? await reading[0] : (await Promise.all(reading)).flat();
    const started = performance.now();
    const spans = await sortSpans(found.filter(hasSomething), new TimeSlice(signal));
    stats.mergeMs = performance.now() - started;
    return spans;
  }
}
