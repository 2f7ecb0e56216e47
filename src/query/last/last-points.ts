import type { SeriesTable } from '../../meta';
import { MAX_TIMESPAN } from '../../schema';
import type { Storage } from '../../storage';
import { namesOfSeries, type SeriesNames, type Uids } from '../../uid';
import { ClientError } from '../../util/errors';
import { TimeSlice } from '../../util/time-slice';
import { ReadBudget, type MemoryShare, type QueryLimits } from '../plan';
import type { PointSource } from '../source';
import { LastValues, type LastValue } from './last-values';
import type { LastPoint, LastQuery, LastSubQuery } from './query';
import { RecentRows, type SeriesValue } from './recent-rows';
import { checkBackScan, resolveSubQuery, type Wanted } from './resolve';
import { RowsBack, type RowPlace } from './rows-back';
import type { StopSignal } from '../../util/stop-signal';

/** What all questions for last points of an engine share. */
export interface LastEnvironment {
  readonly storage: Storage;
  readonly uids: Uids;
  readonly source: PointSource;
  readonly series: SeriesTable;
  readonly limits: QueryLimits;
  /** Points are counted in the meta table: a series without a counter is not there. */
  readonly counting: boolean;
  /** Hours to look back for the last points of series without a counter; 0: not at all. */
  readonly backScanWithoutCounter: number;
  readonly now: () => number;
}

/** What stops a question and what it may hold. */
export interface LastOptions {
  readonly signal: StopSignal;
  readonly deadline: number | undefined;
  readonly memory: MemoryShare;
}

/** What a point that was found holds of memory, roughly. */
const POINT_BYTES = 256;

/** Base time of the row of a moment in milliseconds. */
const hourOf = (ms: number): number => Math.floor(ms / 1000 / MAX_TIMESPAN) * MAX_TIMESPAN;

/** Answers one question for last points. Mirrors TSUIDQuery.getLastPoint and QueryRpc.handleLastDataPointQuery. */
export class LastPoints {
  private readonly slice: TimeSlice;

  constructor(
    private readonly environment: LastEnvironment,
    private readonly options: LastOptions,
  ) {
    this.slice = new TimeSlice(options.signal);
  }

  /**
   * Series without a point are left out; the order is that of the question, and of TSUIDs within a metric.
   * @throws ClientError, NoSuchUniqueName, NoSuchUniqueId, IllegalArgumentError, StorageError
   */
  async find({ queries, backScan, resolveNames }: LastQuery): Promise<LastPoint[]> {
    const { environment } = this;
    if (environment.limits.loading !== null) await environment.limits.loading;
    const wanted: Wanted[] = [];
    for (const sub of queries) wanted.push(await resolveSubQuery(environment.uids, sub, backScan));
    const found: LastPoint[] = [];
    for (let i = 0; i < wanted.length; i++) {
      const points = await this.subQuery(wanted[i], queries[i], backScan);
      const names = resolveNames ? await this.namesOf(wanted[i], points) : null;
      points.forEach((point, at) => found.push({ names: names?.[at] ?? null, ...point }));
    }
    this.options.signal.throwIfAborted();
    return found;
  }

  private namesOf(wanted: Wanted, points: readonly SeriesValue[]): SeriesNames[] | Promise<SeriesNames[]> {
    const given = wanted.kind === 'series' ? wanted.names : null;
    if (given !== null) return points.map(() => given);
    return namesOfSeries(
      this.environment.uids,
      points.map(({ tsuid }) => tsuid),
    );
  }

  private async subQuery(wanted: Wanted, sub: LastSubQuery | null, backScan: number): Promise<SeriesValue[]> {
    const { limits, source } = this.environment;
    const values = new LastValues(source, new ReadBudget(limits.of(wanted.kind === 'metric' ? (sub?.metric ?? null) : null)));
    try {
      if (wanted.kind === 'metric') return await this.ofMetric(wanted.selection, values, backScan);
      const places = backScan > 0 ? this.placesBack(wanted.tsuids, backScan) : await this.placesOf(wanted.tsuids);
      return await this.lookBack(places, values);
    } finally {
      values.release();
    }
  }

  private placesBack(tsuids: readonly Buffer[], more: number): RowPlace[] {
    const newest = hourOf(this.environment.now());
    return tsuids.map((tsuid) => ({ tsuid, newest, more }));
  }

  /** By the counters of the meta table, if there are any; otherwise the hour under way. */
  private async placesOf(tsuids: readonly Buffer[]): Promise<RowPlace[]> {
    const { counting, series, backScanWithoutCounter: more } = this.environment;
    if (!counting) return this.placesBack(tsuids, more);
    const counted = await series.countedAt(tsuids, this.options);
    return tsuids.map((tsuid, i) => {
      const at = counted[i];
      if (at !== null) return { tsuid, newest: hourOf(at), more: 0 };
      if (more > 0) return this.placesBack([tsuid], more)[0];
      throw new ClientError(400, `No points of the TSUID ${tsuid.toString('hex').toUpperCase()} were counted in the meta table`);
    });
  }

  private async ofMetric(
    selection: Extract<Wanted, { kind: 'metric' }>['selection'],
    values: LastValues,
    backScan: number,
  ): Promise<SeriesValue[]> {
    const { series, backScanWithoutCounter, storage, source, uids, now } = this.environment;
    const { memory } = this.options;
    const found: SeriesValue[] = [];
    let counted = 0;
    for await (const batch of series.counted(selection, this.options)) {
      counted += batch.length;
      if (batch.length > 0) checkBackScan(backScan); // as late as in the original
      const places = batch.map(({ tsuid, countedAt }) => ({ tsuid, newest: hourOf(countedAt), more: 0 }));
      found.push(...(await this.lookBack(places, values)));
    }
    if (counted > 0 || backScanWithoutCounter === 0) return found;
    const recent = new RecentRows(storage, source, uids.widths, values, memory, this.slice);
    return recent.find(selection, hourOf(now()), backScanWithoutCounter, this.options);
  }

  private async lookBack(places: readonly RowPlace[], values: LastValues): Promise<SeriesValue[]> {
    const { storage, source } = this.environment;
    const found = await new RowsBack(storage, source, values, this.slice).find(places, this.options);
    const points = places.flatMap(({ tsuid }, i) => withPoint(tsuid, found[i]));
    const { memory } = this.options;
    memory.addBytes(points.length * POINT_BYTES);
    const growing = memory.mayGrow();
    if (growing !== null) await growing;
    return points;
  }
}

function withPoint(tsuid: Buffer, value: LastValue | null): SeriesValue[] {
  return value === null ? [] : [{ tsuid, ...value }];
}
