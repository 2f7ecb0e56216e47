import { buildRollupQualifier, hourOf, isMilliseconds, javaBytes, writeQualifier } from '../../schema';
import type { RollupInterval, Rollups } from '../../rollup';
import { IllegalArgumentError } from '../../util/errors';
import { checkFinite, showTags, type ReadValue, type SeriesCell, type TimedPoint } from '../../write';

/** What a rolled up point says beside what a data point does. */
export interface RollupTerms {
  /** Null or empty: it is an aggregate of raw points. */
  readonly interval: string | null;
  /** What it is over time. */
  readonly aggregator: string | null;
  /** What it is over series; null: nothing, it belongs to one. */
  readonly groupBy: string | null;
}

/** Aggregates of aggregates that say nothing. */
const DERIVED = ['AVG', 'DEV'];
const isDerived = (aggregator: string): boolean => DERIVED.includes(aggregator.toUpperCase());

/** A rolled up point whose interval and aggregators are looked at. Mirrors TSDB.addAggregatePoint, checks in its order. */
export class RollupPoint {
  /** The client's, with the one that says what the series is an aggregate of. */
  readonly tags: ReadonlyMap<string, string>;

  /**
   * Checks it up to its tags. @param onTags told of the tags with the aggregate's among them
   * @throws IllegalArgumentError
   */
  constructor(
    private readonly rollups: Rollups,
    private readonly point: TimedPoint,
    private readonly terms: RollupTerms,
    private readonly value: ReadValue,
    onTags?: (tags: ReadonlyMap<string, string>) => void,
  ) {
    checkFinite(point, value);
    const { metric, tags } = point;
    if (terms.groupBy === '') {
      throw new IllegalArgumentError(
        `Cannot write a group by data point without specifying the aggregation function. Metric=${metric} tags=${showTags(tags)}`,
      );
    }
    this.checkTimestamp();
    this.tags = this.withAggregateTag();
    onTags?.(this.tags);
    this.checkGroupBy();
  }

  private checkTimestamp(): void {
    const { metric, timestamp, tags } = this.point;
    if (!isMilliseconds(timestamp)) return;
    const what = timestamp < 0 ? 'negative ' : 'bad';
    const { bytes, flags } = this.value;
    throw new IllegalArgumentError(
      `${what} timestamp=${timestamp} when trying to add value=${javaBytes(bytes)}/${flags} to metric=${metric}, tags=${showTags(tags)}`,
    );
  }

  private withAggregateTag(): ReadonlyMap<string, string> {
    const { aggregateTag, tagRaw, rawValue } = this.rollups;
    const { metric, tags } = this.point;
    const { groupBy } = this.terms;
    const given = tags.get(aggregateTag);
    if (given === undefined) {
      const added = groupBy?.toUpperCase() ?? (tagRaw ? rawValue : null);
      return added === null ? tags : new Map(tags).set(aggregateTag, added);
    }
    if (given.toUpperCase() !== groupBy?.toUpperCase()) {
      throw new IllegalArgumentError(
        `Given tag value for ${aggregateTag} of ${given} did not match the group by aggregator of ${groupBy} for ${metric} ${showTags(tags)}`,
      );
    }
    return new Map(tags).set(aggregateTag, given.toUpperCase());
  }

  private checkGroupBy(): void {
    const { groupBy } = this.terms;
    if (groupBy === null) return;
    const { config, blockDerived } = this.rollups;
    const where = `${groupBy} with metric ${this.point.metric} ${showTags(this.tags)}`;
    if (!config.isAggregator(groupBy.toLowerCase())) throw new IllegalArgumentError(`Invalid group by aggregator ${where}`);
    if (blockDerived && isDerived(groupBy)) throw new IllegalArgumentError(`Derived group by aggregations are not allowed ${where}`);
  }

  /** What may not be stored although its names get UIDs; null: nothing. */
  get derived(): IllegalArgumentError | null {
    const { aggregator, interval } = this.terms;
    if (!interval || !aggregator || !this.rollups.blockDerived || !isDerived(aggregator)) return null;
    const where = `with metric ${this.point.metric} ${showTags(this.tags)}`;
    return new IllegalArgumentError(`Derived rollup aggregations are not allowed ${aggregator.toUpperCase()} ${where}`);
  }

  /** Where it goes. @returns null: a point of one series without interval goes nowhere @throws IllegalArgumentError, NoSuchRollupError */
  cell(): SeriesCell | null {
    const { interval, aggregator, groupBy } = this.terms;
    const { config, defaultInterval } = this.rollups;
    if (interval) return this.rollupCell(config.interval(interval), config.idOf(aggregator));
    return groupBy === null ? null : this.rawCell(defaultInterval.preAggregateTable);
  }

  private rollupCell(interval: RollupInterval, id: number): SeriesCell {
    const timestamp = Number(this.point.timestamp);
    const baseTime = interval.start(timestamp);
    const offset = interval.offset(timestamp, baseTime);
    const qualifier = buildRollupQualifier(id, offset, this.value.flags, interval.intervals);
    return this.cellIn(this.terms.groupBy === null ? interval.table : interval.preAggregateTable, baseTime, qualifier);
  }

  private rawCell(table: string): SeriesCell {
    const timestamp = Number(this.point.timestamp);
    const qualifier = Buffer.alloc(2);
    writeQualifier(qualifier, 0, timestamp, this.value.flags);
    return this.cellIn(table, hourOf(timestamp), qualifier);
  }

  private cellIn(table: string, baseTime: number, qualifier: Buffer): SeriesCell {
    return { metric: this.point.metric, tags: this.tags, table, baseTime, qualifier, value: this.value.bytes };
  }
}
