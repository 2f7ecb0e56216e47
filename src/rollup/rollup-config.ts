import { IllegalArgumentError, type JavaNamed } from '../util/errors';
import type { RollupInterval } from './rollup-interval';

const MAX_ID = 127;

/** Nobody has configured the interval. Java's NoSuchRollupForIntervalException. */
export class NoSuchRollupError extends Error implements JavaNamed {
  constructor(interval: string) {
    super(`No rollups configured for the interval: ${interval}`);
    this.name = 'NoSuchRollupError';
  }

  get javaClass(): string {
    return 'net.opentsdb.rollup.NoSuchRollupForIntervalException';
  }
}

/** Which intervals there are, and the ids by which cells name what they are aggregates by. Mirrors RollupConfig. */
export class RollupConfig {
  private readonly byName = new Map<string, RollupInterval>();
  /** The one that stands for the raw data; null: none does. */
  readonly defaultInterval: RollupInterval | null;
  /** By name, in lower case. */
  private readonly ids = new Map<string, number>();

  /**
   * @param isAggregator whether there is an aggregator of this name
   * @throws IllegalArgumentError in the original's words
   */
  constructor(
    readonly intervals: readonly RollupInterval[],
    aggregationIds: ReadonlyMap<string, number | null>,
    readonly isAggregator: (name: string) => boolean,
  ) {
    if (intervals.length === 0) throw new IllegalArgumentError('Rollup config given but no intervals were found.');
    if (aggregationIds.size === 0) throw new IllegalArgumentError('Rollup config given but no aggegation ID mappings found.');
    let standsForRaw: RollupInterval | null = null;
    for (const interval of intervals) {
      if (this.byName.has(interval.name)) {
        throw new IllegalArgumentError(`Only one interval of each type can be configured: ${interval}`);
      }
      if (interval.isDefault && standsForRaw !== null) {
        throw new IllegalArgumentError(`Multiple default intervals configured. Only one is allowed: ${interval}`);
      }
      this.byName.set(interval.name, interval);
      if (interval.isDefault) standsForRaw = interval;
    }
    this.defaultInterval = standsForRaw;
    for (const [name, id] of aggregationIds) this.addId(name, id);
  }

  private addId(name: string, id: number | null): void {
    if (id === null || id < 0 || id > MAX_ID) {
      throw new IllegalArgumentError(`ID for aggregator must be between 0 and ${MAX_ID}: ${name}=${id}`);
    }
    if ([...this.ids.values()].includes(id)) throw new IllegalArgumentError(`Multiple mappings for the ID '${id}' are not allowed.`);
    const lower = name.toLowerCase();
    if (!this.isAggregator(lower)) throw new IllegalArgumentError(`No such aggregator: ${name}`);
    this.ids.set(lower, id);
  }

  /** @throws IllegalArgumentError when it is empty, NoSuchRollupError */
  interval(name: string): RollupInterval {
    if (name === '') throw new IllegalArgumentError('Interval cannot be null or empty');
    const interval = this.byName.get(name);
    if (interval === undefined) throw new NoSuchRollupError(name);
    return interval;
  }

  /** The id of an aggregator, in any case. @throws IllegalArgumentError */
  idOf(aggregator: string | null): number {
    if (!aggregator) throw new IllegalArgumentError('Aggregator cannot be null or empty.');
    const id = this.ids.get(aggregator.toLowerCase());
    if (id === undefined) throw new IllegalArgumentError(`No ID found mapping to aggregator: ${aggregator}`);
    return id;
  }

  /** The ids in cells, by aggregators in lower case. */
  get aggregationIds(): ReadonlyMap<string, number> {
    return this.ids;
  }

  /** Null: its values are not rolled up. @param aggregator in lower case */
  findId(aggregator: string): number | null {
    return this.ids.get(aggregator) ?? null;
  }

  /** Intervals whose length divides that of a query's buckets, the longest first; none for buckets shorter than a second. */
  matching(bucketMs: number): RollupInterval[] {
    const seconds = Math.floor(bucketMs / 1000);
    if (seconds === 0) return [];
    return this.intervals.filter((interval) => seconds % interval.seconds === 0).sort((a, b) => b.seconds - a.seconds);
  }
}
