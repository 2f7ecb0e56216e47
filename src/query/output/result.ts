import type { Annotation } from '../../schema';
import type { ValidSubQuery } from '../parse';
import type { OutputPoints } from '../types';
import type { Labels } from './labels';
import type { SeriesStats } from './query-stats';

/** One output object of a query, before it is written out. */
export interface QueryResult extends Labels {
  readonly subQuery: ValidSubQuery;
  /** UIDs of the keys that filters name, in order; null without filters. */
  readonly filterTagks: readonly Buffer[] | null;
  /** Upper-case hexadecimal, sorted. */
  tsuids(): string[];
  /** All that were found, also those outside the query window. */
  readonly annotations: readonly Annotation[];
  /** The list of annotations is shown even though it is empty. */
  readonly showsEmptyAnnotations?: true;
  /** Inside the query window. */
  readonly points: OutputPoints;
  readonly stats: SeriesStats;
}
