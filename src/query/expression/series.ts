import type { Series } from '../series/series';

/** What tells an expression which series belong together: the ids of a group's tags. */
export interface TagIds {
  /** Null for a group without series. */
  readonly metric: Buffer | null;
  /** Key and value of the tags that all series of the group share, by key. */
  readonly tags: readonly { readonly tagk: Buffer; readonly tagv: Buffer }[];
  /** Keys with more than one value, in their order. */
  readonly aggregated: readonly Buffer[];
}

/** A group of series of a sub-query, or what an expression made of some, whose numbers are worked out when somebody wants them. */
export interface ExpressionSeries {
  readonly metric: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly aggregateTags: readonly string[];
  readonly ids: TagIds;
  /** Of the whole scan window, which reaches beyond the query window. Null: others may have a turn here. */
  points(): Generator<null, Series>;
}

/** Points that are all doubles. The arrays hold nothing else. */
export function doublePoints(timestamps: Float64Array, values: Float64Array): Series {
  return { size: timestamps.length, timestamps, values, isInteger: null, allIntegers: false, integers: null };
}

/** Points worked on between two turns of others. */
export const POINTS_A_TURN = 100_000;
