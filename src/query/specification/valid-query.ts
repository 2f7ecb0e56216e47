import type { TagValueFilter } from '../filter';
import type { Aggregator } from './aggregator';
import type { DownsampleSpec } from './downsample';
import type { RateOptions } from './rate';

/** Which tables of pre-computed values may answer, and what happens when they can't. */
export type RollupUsage = 'ROLLUP_RAW' | 'ROLLUP_NOFALLBACK' | 'ROLLUP_FALLBACK' | 'ROLLUP_FALLBACK_RAW';

/** A sub-query that can be run. */
export interface ValidSubQuery {
  /** Position in the request, duplicates not counted. */
  readonly index: number;
  /** Empty when there are TSUIDs and no metric. */
  readonly metric: string;
  /** Hexadecimal, at least one; they take precedence over the metric. Null: the series of the metric. */
  readonly tsuids: readonly string[] | null;
  readonly filters: readonly TagValueFilter[];
  /** The series may have no other tags than those that filters name. */
  readonly explicitTags: boolean;
  readonly aggregator: Aggregator;
  readonly downsample: DownsampleSpec | null;
  /** Null: no rate. */
  readonly rate: Readonly<RateOptions> | null;
  /** Reads histogram columns instead of points. */
  readonly histogram: boolean;
  /** Of histograms, ascending; null: none were asked for. */
  readonly percentiles: readonly number[] | null;
  readonly showHistogramBuckets: boolean;
  /** Reads values that were aggregated before they were stored. */
  readonly preAggregate: boolean;
  readonly rollupUsage: RollupUsage | null;
}

/** A request that can be run. How its answer is to be written is no part of it. */
export interface ValidQuery {
  /** The query window in milliseconds, both ends inclusive. */
  readonly startMs: number;
  readonly endMs: number;
  readonly subQueries: readonly ValidSubQuery[];
  /** Numbers are computed for all that is read, whole hours around the query window, as expressions want them. */
  readonly wholeScan: boolean;
  /** Global annotations are read, too. */
  readonly globalAnnotations: boolean;
  /** The rows that are read are deleted. */
  readonly delete: boolean;
  /** Limits that this query asks to be let off; whether it is, the configuration says. */
  readonly overrideByteLimit: boolean;
  readonly overrideDataPointLimit: boolean;
}
