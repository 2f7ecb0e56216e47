import type { RollupInterval, Rollups } from '../../rollup';
import { findAggregator } from '../aggregate/registry';
import { rollupAverage } from '../aggregate/rollup-average';
import type { Aggregator, DownsampleSpec, ValidSubQuery } from '../specification';
import type { PointSource } from './point-source';
import type { RollupColumn, RollupColumns } from './rollup-values';

/** Where a sub-query reads, and how that is downsampled. */
export interface SourceChoice {
  readonly source: PointSource;
  /** What is asked for, or what stands for it here. */
  readonly downsample: DownsampleSpec | null;
  /** The interval whose rolled up values are read; null: points are read. */
  readonly rollup: RollupInterval | null;
  /** Points are read because what is asked for is too new to be rolled up. */
  readonly insteadOfLate: boolean;
  /** Where to read when no series is found; null: nowhere. @throws IllegalArgumentError */
  fallback(): SourceChoice | null;
}

/** Aggregators whose rollups are those of another one. */
const STORED_AS: ReadonlyMap<string, string> = new Map([
  ['zimsum', 'sum'],
  ['mimmin', 'min'],
  ['mimmax', 'max'],
]);
/** The original's other name for one of them, in messages. */
const NAMES: ReadonlyMap<string, string> = new Map([['mult', 'multiply']]);

/** What a function is stored as: zimsum as sum, for what is stored belongs to one series. */
function storedAs({ name }: Aggregator): string {
  return STORED_AS.get(name) ?? name;
}

/** The cells that a function is computed from. @param groupBy aggregator of the sub-query @throws IllegalArgumentError when one has no id */
export function rollupColumnsOf({ config }: Rollups, downsample: DownsampleSpec, groupBy: Aggregator): RollupColumns {
  const name = storedAs(downsample.aggregator);
  const column = (aggregator: string, prefix = aggregator): RollupColumn => ({ id: config.idOf(aggregator), name: prefix });
  if (name === 'avg') return { values: column('sum'), counts: column('count') };
  // Readers of old cells go by the aggregator of the groups, whatever is asked for.
  return { values: column(NAMES.get(name) ?? name, groupBy.name === 'avg' ? 'sum' : groupBy.name), counts: null };
}

/** How rolled up values are downsampled: counts are added up, averages come from sums and counts. */
export function overRollups(downsample: DownsampleSpec): DownsampleSpec {
  const { name } = downsample.aggregator;
  if (name === 'avg') return { ...downsample, aggregator: rollupAverage };
  return name === 'count' ? { ...downsample, aggregator: named('sum') } : downsample;
}

/** How raw points are downsampled where rollups of an interval were not found: by that interval, not by the one asked for. */
export function insteadOf(rollup: RollupInterval, downsample: DownsampleSpec): DownsampleSpec {
  return {
    ...downsample,
    aggregator: named(storedAs(downsample.aggregator)),
    interval: rollup.name,
    intervalMs: rollup.seconds * 1000,
    calendar: false,
    timeZone: 'UTC',
  };
}

function named(name: string): Aggregator {
  const aggregator = findAggregator(name);
  if (aggregator === undefined) throw new Error(`No such aggregator: ${name}`);
  return aggregator;
}

/** Intervals that may answer a sub-query, the longest first; empty: its points are read as they were written. */
export function candidatesOf({ config }: Rollups, { downsample, rollupUsage }: ValidSubQuery): readonly RollupInterval[] {
  if (downsample === null || downsample.kind === 'all' || rollupUsage === 'ROLLUP_RAW') return [];
  const matching = config.matching(downsample.intervalMs);
  return matching.length > 0 && matching[0].isDefault ? [] : matching;
}

const LITERALS = ['literal_or', 'iliteral_or'];

/** Whether a sub-query reads values that were aggregated over series: it says so, or it asks for an aggregate by its tag. */
export function readsPreAggregates({ aggregateTag, rawValue }: Rollups, { preAggregate, filters }: ValidSubQuery): boolean {
  return preAggregate || filters.some(({ type, tagk, filter }) => LITERALS.includes(type) && tagk === aggregateTag && filter !== rawValue);
}
