import type { Annotation } from '../../schema';
import type { Labels } from '../group';
import type { Series } from '../series';
import type { FillPolicy, ValidSubQuery } from '../specification';
import type { SeriesStats } from './run-stats';

/** One output object of a query. */
export interface QueryResult extends Labels {
  readonly subQuery: ValidSubQuery;
  /** What was read: `raw`, or the interval of rolled up values. */
  readonly table: string;
  /** What stands for a bucket without points. */
  readonly fill: FillPolicy;
  /** UIDs of the keys that filters name, in order; null without filters, empty for TSUIDs. */
  readonly filterTagks: readonly Buffer[] | null;
  /** Upper-case hexadecimal, sorted. */
  tsuids(): string[];
  /** All that were found, also those outside the query window. */
  readonly annotations: readonly Annotation[];
  /** The list of annotations is shown even though it is empty. */
  readonly showsEmptyAnnotations?: true;
  /** Inside the query window. */
  readonly points: Series;
  /**
   * There only where the numbers are too many to be held: then `points` is empty, and they are computed anew, in pieces in the order of
   * time, as they are taken, each valid until the next. Null: nothing yet, here others may have a turn. @throws Error in the original's words
   */
  readonly parts?: () => Generator<Series | null, void>;
  readonly stats: SeriesStats;
}

/** An output object whose numbers are computed when somebody wants them. */
export interface QueryGroup extends Omit<QueryResult, 'points' | 'parts'> {
  /** Null: nothing yet, here others may have a turn. Each call computes them anew. @throws Error in the original's words */
  points(): Generator<null, Series>;
}
