import { StorageError, ThrottleError, TimeoutError } from '../storage';
import type { Uids } from '../uid/types';
import { collectAfter } from '../util/heap-growth';
import { withinTime } from '../util/within-time';
import { cachedSeries, lookUpSeries, type NamedSeries, type SeriesIds } from './series-lookup';
import type { Named, NamedCell, NamedPoint, Spool } from './spool';
import { seriesName } from './spool/series-name';
import type { CellBuilder } from './point-builder';
import { hashSeries, type SeriesFence } from './series-fence';
import type { PointSink } from './types';
import { readValueText, type ReadValue } from './value-text';
import type { WriteBudget } from './write-budget';

/** A point that is on the way to its cell. */
export interface PendingPoint extends NamedPoint {
  value: ReadValue;
  sink: PointSink | null;
}

/** A cell of another kind on the way there. */
export interface PendingCell extends NamedCell {
  sink: PointSink | null;
}

export type Pending = PendingPoint | PendingCell;

/** Points of one series that wait for its UIDs, in the order of arrival. */
interface WaitingSeries {
  points: Pending[];
  done: Promise<void>;
  /** See SeriesFence. */
  hash: number;
}

/** Where points go whose UIDs are known. */
export interface ResolverTarget {
  write(pending: Pending, ids: SeriesIds): Promise<void> | undefined;
  /** The fast path, which learns the names. */
  cells: Pick<CellBuilder, 'generation' | 'learnSeries'>;
  budget: WriteBudget;
  /** The series that wait here. */
  fence: SeriesFence;
}

/** Bytes that a point waiting for UIDs counts for, and its series with all that is under way for its names. */
const WAITING_COST = 512;
const SERIES_COST = 4096;

/** From the names of points to their UIDs, each series in the order of its points; with a spool, those that can't be resolved are kept there. */
export class SeriesResolver {
  private readonly waiting = new Map<string, WaitingSeries>();

  /** @param together names of a point may be assigned all at once: nothing could refuse one of them alone */
  constructor(
    private readonly uids: Uids,
    private readonly together: boolean,
    private readonly spool: Spool | null,
    private readonly target: ResolverTarget,
  ) {}

  /** @returns undefined: the point is written; else when it is. Rejects as lookUpSeries */
  submit(pending: Pending): Promise<void> | undefined {
    const name = seriesName(pending.point);
    return this.spool?.points.follows(name) ? this.follow(name, pending) : this.accept(name, pending);
  }

  private accept(name: string, pending: Pending): Promise<void> | undefined {
    const { point } = pending;
    let series = this.waiting.get(name);
    if (series === undefined) {
      const ids = cachedSeries(this.uids, point);
      if (ids !== null) {
        this.target.cells.learnSeries(point, ids);
        return this.target.write(pending, ids);
      }
      if (this.spool !== null && !this.spool.points.takeTrial()) return this.keep(name, [pending], null);
      series = { points: [], done: Promise.resolve(), hash: hashSeries(point.metric, point.tags, this.uids.codec.encoding) };
      this.waiting.set(name, series);
      this.target.fence.add(series.hash);
      this.target.budget.used += SERIES_COST;
      series.done = this.resolve(name, series, point);
    }
    series.points.push(pending);
    this.target.budget.used += WAITING_COST;
    return series.done;
  }

  private async resolve(name: string, series: WaitingSeries, point: NamedSeries): Promise<void> {
    const { generation } = this.target.cells;
    try {
      const ids = await this.lookUp(point);
      this.target.cells.learnSeries(point, ids, generation);
      // Points that come from here on find the names known, and find these already in the buffer.
      await Promise.all(series.points.flatMap((pending) => this.target.write(pending, ids) ?? []));
    } catch (error) {
      if (this.spool === null || !(error instanceof StorageError)) throw error;
      const kept = this.keep(name, series.points, error);
      // From here on the spool knows the series, and its points go there.
      this.forget(name, series);
      await kept;
    } finally {
      this.forget(name, series);
      this.target.budget.release(WAITING_COST * series.points.length + SERIES_COST);
      collectAfter(SERIES_COST);
    }
  }

  private forget(name: string, series: WaitingSeries): void {
    if (this.waiting.get(name) !== series) return;
    this.waiting.delete(name);
    this.target.fence.remove(series.hash);
  }

  /** UIDs of a series; with a spool, in the time that storage has. @throws what lookUpSeries throws, TimeoutError */
  private async lookUp(point: NamedSeries): Promise<SeriesIds> {
    const asked = lookUpSeries(this.uids, point, this.together);
    if (this.spool === null) return asked;
    const { afterMs } = this.spool.points.settings;
    return withinTime(asked, afterMs, () => {
      throw new TimeoutError(`No UIDs for a point of ${point.metric} within ${afterMs} ms`);
    });
  }

  /** A point whose series is in the spool by name: goes behind the others there or, once those are out, on like any other. */
  private async follow(name: string, pending: Pending): Promise<void> {
    const { budget } = this.target;
    budget.used += WAITING_COST;
    try {
      await this.spool?.points.backlog.passable();
      await (this.spool?.points.follows(name) ? this.keep(name, [pending], null) : this.accept(name, pending));
    } finally {
      budget.release(WAITING_COST);
    }
  }

  /**
   * Points whose UIDs can't be had go into the spool by name: to those who wait they are stored.
   * @param cause why; null: because others of the series are there, or storage is away
   * @throws the cause, when the spool takes no more
   */
  private async keep(name: string, points: readonly Pending[], cause: StorageError | null): Promise<void> {
    try {
      await this.spool?.points.add(name, points, cause);
    } catch (error) {
      throw cause ?? new ThrottleError('The spool is full', { cause: error });
    }
    for (const { sink } of points) sink?.stored?.(1);
  }

  /** Writes points of one series that were in the spool, as if they were new. @throws StorageError when that may work later; what new points are refused with */
  async replay(points: readonly Named[]): Promise<void> {
    const ids = await this.lookUp(points[0].point);
    const write = (named: Named): Promise<void> =>
      new Promise((resolve, reject) => {
        const sink: PointSink = { stored: () => resolve(), failed: reject };
        const pending: Pending =
          named.source === 'cell' ? { ...named, sink } : { ...named, value: readValueText(named.point.value, named.source), sink };
        Promise.resolve(this.target.write(pending, ids)).catch(reject);
      });
    await Promise.all(points.map(write));
  }
}
