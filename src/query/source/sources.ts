import type { HistogramCodecs } from '../../histogram';
import type { RollupInterval, Rollups } from '../../rollup';
import type { ValidSubQuery } from '../specification';
import { Histograms, RawPoints, type DataTable } from './data-table';
import { NothingOf } from './nothing';
import type { PointSource } from './point-source';
import { RollupValues } from './rollup-values';
import { candidatesOf, rollupColumnsOf, insteadOf, overRollups, readsPreAggregates, type SourceChoice } from './source-choice';

/** What a table holds that was not rolled up. */
interface Stored {
  readonly points: PointSource;
  readonly histograms: PointSource;
}

/** All sources of a store, and which of them a sub-query reads. */
export class Sources {
  private readonly written: Stored;
  /** What was aggregated over series before it was stored. */
  private readonly preAggregates: Stored;

  /**
   * @param rollups null: none are configured
   * @param codecs null: histograms can't be read
   */
  constructor(
    private readonly data: DataTable,
    private readonly rollups: Rollups | null = null,
    codecs: HistogramCodecs | null = null,
  ) {
    const stored = (table: string): Stored => ({
      points: new RawPoints({ ...data, table }),
      histograms: new Histograms({ ...data, table }, codecs),
    });
    this.written = stored(data.table);
    this.preAggregates = rollups ? stored(rollups.defaultInterval.preAggregateTable) : this.written;
  }

  /**
   * Where a sub-query reads first.
   * @param isTooNew whether nothing of the time asked for is rolled up by an interval yet; the points are read then, by any function
   * @throws IllegalArgumentError for a function that is not rolled up
   */
  of(subQuery: ValidSubQuery, isTooNew: (rollup: RollupInterval) => boolean): SourceChoice {
    const { rollups } = this;
    const candidates = rollups === null ? [] : candidatesOf(rollups, subQuery);
    if (rollups === null || candidates.length === 0) return this.raw(subQuery);
    if (isTooNew(candidates[0])) return { ...this.raw(subQuery), insteadOfLate: true };
    return this.rolledUp(rollups, subQuery, candidates);
  }

  /** The points as they were written, downsampled as the sub-query asks. */
  raw(subQuery: ValidSubQuery, { downsample } = subQuery): SourceChoice {
    const { rollups } = this;
    const aggregated = rollups !== null && readsPreAggregates(rollups, subQuery);
    const { points, histograms } = aggregated ? this.preAggregates : this.written;
    return { source: subQuery.histogram ? histograms : points, downsample, rollup: null, insteadOfLate: false, fallback: () => null };
  }

  /** @param candidates the first is read, the others when it has nothing */
  private rolledUp(rollups: Rollups, subQuery: ValidSubQuery, candidates: readonly RollupInterval[]): SourceChoice {
    const [rollup, ...others] = candidates;
    const { downsample, rollupUsage, histogram, aggregator } = subQuery;
    if (downsample === null) return this.raw(subQuery);
    const { layout, merge } = this.data;
    const table = readsPreAggregates(rollups, subQuery) ? rollup.preAggregateTable : rollup.table;
    const asRaw = (): SourceChoice => this.raw(subQuery, { ...subQuery, downsample: insteadOf(rollup, downsample) });
    return {
      source: histogram
        ? new NothingOf(table, layout, rollup)
        : new RollupValues(table, layout, rollup, rollupColumnsOf(rollups, downsample, aggregator), merge.fixDuplicates),
      downsample: overRollups(downsample),
      rollup,
      insteadOfLate: false,
      fallback: () => {
        if (rollupUsage === 'ROLLUP_FALLBACK_RAW') return asRaw();
        if (rollupUsage !== 'ROLLUP_FALLBACK' || others.length === 0) return null;
        return others[0].isDefault ? asRaw() : this.rolledUp(rollups, subQuery, others);
      },
    };
  }
}
