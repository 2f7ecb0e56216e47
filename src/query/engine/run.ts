import type { QuerySettings } from '../../config/settings';
import type { Annotation, KeyLayout } from '../../schema';
import type { ClientError } from '../../util/errors';
import { TimeSlice } from '../../util/time-slice';
import { evaluateGroupSteps } from '../evaluate';
import { groupSpans, labelGroups, type Labels, type SpanGroup } from '../group';
import type { QueryGroup, QueryResult, SeriesStats, SubQueryStats } from '../output';
import { ReadBudget, type MemoryShare, type QueryLimits } from '../plan';
import { NeededPoints, RangeScan, readGlobalAnnotations, Semaphore, sortSpans, type ScanEnvironment, type Span } from '../scan';
import { PointsBuilder, type Series } from '../series';
import type { Sources } from '../source';
import type { GroupSpec, ValidQuery } from '../specification';
import type { QueryLifetime } from './lifetime';
import { QueryPlanner, type PlannedSubQuery } from './planner';
import type { QueryRecord } from './query-registry';
import type { QueryTask } from './query-task';

/** The last one that a row key can hold. */
const LAST_SECOND = 0xffff_ffff;

/** What every query of an engine shares. */
export interface RunContext {
  readonly settings: QuerySettings;
  readonly scanning: ScanEnvironment;
  readonly sources: Sources;
  /** Where annotations of no series are. */
  readonly annotations: { readonly table: string; readonly layout: KeyLayout };
  readonly limits: QueryLimits;
  /** Bounds how many ranges are read at once, over all queries. */
  readonly scans: Semaphore;
}

interface ReadSubQuery extends PlannedSubQuery {
  readonly groups: (SpanGroup | null)[];
  readonly labels: readonly Labels[];
  readonly namesMs: number;
  readonly stats: SubQueryStats;
}

/** One request on its way from names to numbers. Mirrors TsdbQuery, for all sub-queries of a request. */
export class QueryRun {
  /** Aborts when the client is gone, time is over, somebody ends the query or one part of it has failed. */
  readonly signal: AbortSignal;
  private readonly planner: QueryPlanner;
  private subQueries: ReadSubQuery[] = [];
  globalAnnotations: Annotation[] = [];
  private readonly memory: MemoryShare;
  private readonly lifetime: QueryLifetime;
  private readonly record: QueryRecord;

  constructor(
    private readonly context: RunContext,
    readonly query: ValidQuery,
    task: QueryTask,
  ) {
    const { settings, scanning } = context;
    this.planner = new QueryPlanner(settings, context.sources, scanning.uids, query);
    ({ memory: this.memory, lifetime: this.lifetime, record: this.record } = task);
    this.signal = this.lifetime.signal;
  }

  /**
   * Resolves, reads, groups and names everything. Afterwards only arithmetic is left to do.
   * @throws ClientError
   */
  async read(): Promise<void> {
    const started = performance.now();
    try {
      const { globalAnnotations, subQueries } = this.query;
      const planned = globalAnnotations
        ? (await Promise.all([this.planner.plan(subQueries), this.readGlobals()]))[0]
        : await this.planner.plan(subQueries);
      for (const { filterTagks } of planned) this.record.filterTagks.push(filterTagks);
      this.record.run.stringToUidMs = performance.now() - started;
      if (planned.length === 1) this.subQueries = [await this.readSubQuery(planned[0])];
      else this.subQueries = await Promise.all(planned.map((p) => this.readSubQuery(p)));
      this.record.run.processingPreWriteMs = performance.now() - started;
      this.lifetime.hasRead();
    } catch (e) {
      throw this.failed(e);
    }
  }

  private failed(error: unknown): ClientError {
    this.memory.free();
    return this.lifetime.failed(error);
  }

  /**
   * The output objects in order, each computed when it is asked for; its series are let go of then.
   * @throws ClientError
   */
  async *results(): AsyncGenerator<QueryResult> {
    const slice = new TimeSlice(this.signal);
    try {
      for (const sub of this.subQueries) {
        for (let i = 0; i < sub.groups.length; i++) {
          const group = sub.groups[i];
          if (!group) continue;
          if (slice.isOver()) await slice.next();
          const result = this.groupOf(sub, i, group);
          const steps = result.points();
          let step = steps.next();
          for (; !step.done; step = steps.next()) if (slice.isOver()) await slice.next();
          // The numbers of an output object are copies: from here on no view of what they were made from is left.
          let freed = 0;
          for (const span of group.spans) {
            freed += span.points.room;
            span.points.release();
          }
          this.memory.add(-freed);
          yield { ...result, points: step.value };
          sub.groups[i] = null;
        }
      }
    } catch (e) {
      throw this.failed(e);
    }
  }

  /** Output objects by sub-query, their numbers still to be computed; what they are made from is held until the end. */
  groups(): QueryGroup[][] {
    return this.subQueries.map((sub) => sub.groups.flatMap((group, i) => (group === null ? [] : [this.groupOf(sub, i, group)])));
  }

  private groupOf(sub: ReadSubQuery, at: number, group: SpanGroup): QueryGroup {
    const { subQuery, stats } = sub;
    const series: SeriesStats = {
      queryIndex: subQuery.index,
      queryScanMs: stats.queryScanMs,
      mergeMs: stats.mergeMs,
      groupByMs: stats.groupByMs,
      namesMs: sub.namesMs / sub.groups.length,
      aggregationMs: 0,
      serializationMs: 0,
      emittedDps: 0,
      nanDps: 0,
    };
    stats.series.push(series);
    return {
      ...sub.labels[at],
      subQuery,
      filterTagks: sub.filterTagks,
      tsuids: () => group.spans.map((span) => span.tsuid).sort(),
      annotations: group.annotations,
      points: () => this.pointsOf(sub, group, series),
      stats: series,
    };
  }

  private *pointsOf(sub: ReadSubQuery, group: SpanGroup, stats: SeriesStats): Generator<null, Series> {
    const started = performance.now();
    const points = yield* this.numbersOf(sub, group);
    const { values, size } = points;
    stats.aggregationMs = performance.now() - started;
    stats.emittedDps = size;
    stats.nanDps = 0;
    for (let i = 0; i < size; i++) if (values[i] !== values[i]) stats.nanDps++;
    return points;
  }

  private *numbersOf(sub: ReadSubQuery, group: SpanGroup): Generator<null, Series> {
    const series = group.spans.map((span) => span.points);
    // Nothing to fill where there is no series, or none that has points at times of the window: keys hold 32 bits of seconds.
    if (series.length === 0 || sub.scan.scanStart > LAST_SECOND) return new PointsBuilder(1);
    let inBetween = 0;
    const steps = evaluateGroupSteps(series, this.specOf(sub), (points) => {
      this.memory.add(points);
      inBetween += points;
    });
    for (;;) {
      const step = steps.next();
      if (step.done) {
        this.memory.add(-inBetween);
        return step.value;
      }
      yield null;
    }
  }

  private specOf({ subQuery, scan }: PlannedSubQuery): GroupSpec {
    const { startMs, endMs, wholeScan } = this.query;
    const { aggregator, downsample, rate } = subQuery;
    const { scanStart, scanEnd } = scan;
    // "all" is about the query window, and its one value lies in it.
    const window = wholeScan && downsample?.kind !== 'all' ? { startMs: scanStart * 1000, endMs: scanEnd * 1000 } : { startMs, endMs };
    return { aggregator, downsample, rate, ...window, scanStart, scanEnd };
  }

  private async readGlobals(): Promise<void> {
    const { startMs, endMs } = this.query;
    const { scanning, annotations } = this.context;
    const { table, layout } = annotations;
    this.globalAnnotations = await readGlobalAnnotations(scanning.storage, table, layout, startMs, endMs, this.lifetime.callOptions);
  }

  private async readSubQuery(planned: PlannedSubQuery): Promise<ReadSubQuery> {
    const { uids } = this.context.scanning;
    const { subQuery, scan, filters } = planned;
    const { layout } = scan.source;
    const stats = this.record.run.subQueries[subQuery.index];
    const started = performance.now();
    const spans = await this.scan(planned, stats);
    stats.queryScanMs = performance.now() - started;
    const groupStarted = performance.now();
    const each = subQuery.aggregator.name === 'none';
    // A series without points is there for its annotations only; a histogram query has nothing else to show.
    const readable = subQuery.histogram ? [] : spans;
    const groups = groupSpans(layout, readable, { each, groupBys: filters.groupBys, window: scan });
    stats.groupByMs = performance.now() - groupStarted;
    const namesStarted = performance.now();
    const labels = await labelGroups(uids, layout, groups);
    const namesMs = performance.now() - namesStarted;
    return { subQuery, scan, filters, filterTagks: planned.filterTagks, groups, labels, namesMs, stats };
  }

  private async scan(planned: PlannedSubQuery, stats: SubQueryStats): Promise<Span[]> {
    const { subQuery, scan, filters } = planned;
    const { settings, scanning, limits, scans } = this.context;
    const { query } = this;
    if (limits.loading !== null) await limits.loading;
    const limit = limits.of(subQuery.tsuids === null ? subQuery.metric : null);
    const budget = new ReadBudget({
      bytes: query.overrideByteLimit && settings.limits.allowByteOverride ? 0 : limit.bytes,
      dataPoints: query.overrideDataPointLimit && settings.limits.allowDataPointOverride ? 0 : limit.dataPoints,
    });
    const request = {
      plan: scan,
      postScan: filters.postScan,
      budget,
      memory: this.memory,
      signal: this.signal,
      deadline: this.lifetime.deadline,
      deleteRows: query.delete,
      needed: NeededPoints.of(this.specOf(planned)),
    };
    const reading = scan.ranges.map((range) => {
      const rangeScan = new RangeScan(scanning, request, range);
      stats.scans.push(rangeScan.stats);
      return scans.run(this.signal, () => rangeScan.run());
    });
    const found = reading.length === 1 ? await reading[0] : (await Promise.all(reading)).flat();
    const started = performance.now();
    const spans = sortSpans(found);
    stats.mergeMs = performance.now() - started;
    return spans;
  }
}
