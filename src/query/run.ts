import { PointsBuilder, type Annotation } from '../schema';
import { StorageError, TimeoutError, type CallOptions } from '../storage';
import type { QuerySettings } from './settings';
import { evaluateGroupSteps } from './evaluate';
import { groupSpans, labelGroups, type Labels, type QueryResult, type SpanGroup, type SubQueryStats } from './output';
import { DEFAULT_COUNTER_MAX, type ValidQuery } from './parse';
import { ADVICE, ReadBudget, type MemoryShare, type QueryLimits, type QueryMemory } from './plan';
import { QueryPlanner, type PlannedSubQuery } from './planner';
import type { QueryRecord } from './query-registry';
import { Breather, NeededPoints, RangeScan, readGlobalAnnotations, Semaphore, sortSpans, type ScanContext, type Span } from './scan';
import type { GroupSpec, OutputPoints } from './types';
import { ClientError } from '../util/errors';

/** What every query of an engine shares. */
export interface RunContext {
  readonly settings: QuerySettings;
  readonly scanning: ScanContext;
  readonly limits: QueryLimits;
  readonly memory: QueryMemory;
  /** Bounds how many ranges are read at once, over all queries. */
  readonly scans: Semaphore;
}

interface ReadSubQuery extends PlannedSubQuery {
  readonly groups: (SpanGroup | null)[];
  readonly labels: readonly Labels[];
  readonly namesMs: number;
  readonly stats: SubQueryStats;
}

/** Any failure of a running query as its client sees it: time-outs 408, storage 424, all else 400 with the text twice. */
export function asClientError(error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const status = cause instanceof TimeoutError ? 408 : cause instanceof StorageError ? 424 : 400;
  return new ClientError(status, cause.message, cause.message, { cause });
}

/** One request on its way from names to numbers. Mirrors TsdbQuery, for all sub-queries of a request. */
export class QueryRun {
  /** Stops one thing when another one fails or time is over; null where there is but one thing that the client alone can stop. */
  private readonly aborter: AbortController | null;
  private readonly signal: AbortSignal;
  /** Storage may still be working for it. */
  private reading = true;
  private readonly timer: NodeJS.Timeout | null = null;
  readonly deadline: number | undefined;
  private readonly planner: QueryPlanner;
  private subQueries: ReadSubQuery[] = [];
  globalAnnotations: Annotation[] = [];
  readonly breather: Breather;
  private readonly memory: MemoryShare;

  /** @param clientGone aborts when the client goes away */
  constructor(
    private readonly context: RunContext,
    readonly query: ValidQuery,
    private readonly record: QueryRecord,
    private readonly clientGone: AbortSignal,
  ) {
    const { settings, scanning } = context;
    const { timeoutMs } = settings;
    this.planner = new QueryPlanner(settings, scanning, query);
    this.memory = context.memory.share();
    const several = query.subQueries.length > 1 || scanning.layout.salt > 0 || query.source.globalAnnotations;
    // Not by AbortSignal.any, and none without need: they weigh on short queries.
    this.aborter = several || timeoutMs > 0 ? new AbortController() : null;
    this.signal = this.aborter?.signal ?? clientGone;
    if (timeoutMs > 0) {
      this.deadline = Date.now() + timeoutMs;
      this.timer = setTimeout(() => this.aborter?.abort(this.timedOut()), timeoutMs);
      this.timer.unref();
    }
    if (clientGone.aborted) this.onClientGone();
    else if (this.aborter !== null) clientGone.addEventListener('abort', this.onClientGone);
    this.breather = new Breather(this.signal);
  }

  private readonly onClientGone = (): void => this.aborter?.abort(this.clientGone.reason);

  private timedOut(): ClientError {
    const limit = this.context.settings.timeoutMs;
    return new ClientError(408, `Sorry, your query timed out. Time limit: ${limit} ms. ${ADVICE}`);
  }

  /**
   * Resolves, reads, groups and names everything. Afterwards only arithmetic is left to do.
   * @throws ClientError
   */
  async read(): Promise<void> {
    const started = performance.now();
    try {
      const { source, subQueries } = this.query;
      const globals = source.globalAnnotations && !source.noAnnotations;
      const planned = globals
        ? (await Promise.all([this.planner.plan(subQueries), this.readGlobals()]))[0]
        : await this.planner.plan(subQueries);
      for (const { subQuery, filterTagks } of planned) this.record.filterTagks.set(subQuery.source, filterTagks);
      this.record.run.stringToUidMs = performance.now() - started;
      if (planned.length === 1) this.subQueries = [await this.readSubQuery(planned[0])];
      else this.subQueries = await Promise.all(planned.map((p) => this.readSubQuery(p)));
      this.record.run.processingPreWriteMs = performance.now() - started;
      this.reading = false;
      this.breather.begin();
    } catch (e) {
      throw this.failed(e);
    }
  }

  /** Stops whatever is still under way. */
  end(): void {
    this.memory.free();
    if (this.timer) clearTimeout(this.timer);
    if (this.aborter === null) return;
    this.clientGone.removeEventListener('abort', this.onClientGone);
    if (!this.reading) return;
    this.reading = false;
    this.aborter.abort(new Error('The query has ended'));
  }

  private failed(error: unknown): ClientError {
    // A time-out reaches the query as whatever its storage calls make of it.
    const reason: unknown = this.signal.aborted ? this.signal.reason : error;
    this.end();
    return asClientError(reason);
  }

  /**
   * The output objects in order, each computed when it is asked for; its series are let go of then.
   * Null: nothing yet, here others may have a turn. @throws ClientError
   */
  *results(): Generator<QueryResult | null> {
    try {
      for (const sub of this.subQueries) {
        for (let i = 0; i < sub.groups.length; i++) {
          const group = sub.groups[i];
          if (!group) continue;
          const result = yield* this.evaluate(sub, group, sub.labels[i]);
          // The numbers of an output object are copies: from here on no view of what they were made from is left.
          for (const span of group.spans) span.points.release();
          yield result;
          sub.groups[i] = null;
        }
      }
    } catch (e) {
      throw this.failed(e);
    }
  }

  private *evaluate(sub: ReadSubQuery, group: SpanGroup, labels: Labels): Generator<null, QueryResult> {
    const { subQuery, stats } = sub;
    const started = performance.now();
    const points = yield* this.numbersOf(sub, group);
    let nanDps = 0;
    const { values, size } = points;
    for (let i = 0; i < size; i++) if (values[i] !== values[i]) nanDps++;
    const series = {
      queryIndex: subQuery.index,
      queryScanMs: stats.queryScanMs,
      mergeMs: stats.mergeMs,
      groupByMs: stats.groupByMs,
      namesMs: sub.namesMs / sub.groups.length,
      aggregationMs: performance.now() - started,
      serializationMs: 0,
      emittedDps: points.size,
      nanDps,
    };
    stats.series.push(series);
    const { metric, tags, aggregateTags } = labels;
    return {
      metric,
      tags,
      aggregateTags,
      subQuery,
      filterTagks: sub.filterTagks,
      tsuids: () => group.spans.map((span) => span.tsuid).sort(),
      annotations: group.annotations,
      points,
      stats: series,
    };
  }

  private *numbersOf(sub: ReadSubQuery, group: SpanGroup): Generator<null, OutputPoints> {
    const series = group.spans.map((span) => span.points);
    // Nothing to fill where there is no series.
    if (series.length === 0) return new PointsBuilder(1);
    const steps = evaluateGroupSteps(series, this.specOf(sub));
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      yield null;
    }
  }

  private specOf({ subQuery, scan }: PlannedSubQuery): GroupSpec {
    const { source } = subQuery;
    const plainRate = { counter: false, counterMax: DEFAULT_COUNTER_MAX, resetValue: 0n, dropResets: false };
    return {
      aggregator: subQuery.aggregator,
      downsample: subQuery.downsample,
      rate: source.rate ? (source.rateOptions ?? plainRate) : null,
      startMs: this.query.startMs,
      endMs: this.query.endMs,
      scanStart: scan.scanStart,
      scanEnd: scan.scanEnd,
    };
  }

  private get callOptions(): CallOptions {
    return { signal: this.signal, deadline: this.deadline };
  }

  private async readGlobals(): Promise<void> {
    const { startMs, endMs } = this.query;
    this.globalAnnotations = await readGlobalAnnotations(this.context.scanning, startMs, endMs, this.callOptions);
  }

  private async readSubQuery(planned: PlannedSubQuery): Promise<ReadSubQuery> {
    const { layout, uids } = this.context.scanning;
    const { subQuery, scan, filters } = planned;
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
    const { source } = subQuery;
    const byTsuid = source.tsuids !== null && source.tsuids.length > 0;
    if (limits.loading !== null) await limits.loading;
    const limit = limits.of(byTsuid ? null : source.metric);
    const budget = new ReadBudget({
      bytes: this.query.source.overrideByteLimit && settings.allowByteOverride ? 0 : limit.bytes,
      dataPoints: this.query.source.overrideDataPointLimit && settings.allowDataPointOverride ? 0 : limit.dataPoints,
    });
    const request = {
      plan: scan,
      postScan: filters.postScan,
      budget,
      memory: this.memory,
      signal: this.signal,
      deadline: this.deadline,
      deleteRows: this.query.source.delete,
      needed: NeededPoints.of(this.specOf(planned)),
      histogram: subQuery.histogram,
      timeRange: settings.timeRange(scan),
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
