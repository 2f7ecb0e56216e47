import type { Labels } from '../group';
import type { Series } from '../series';

/** A group of series of a sub-query, or what an expression made of some, whose numbers are worked out when somebody wants them. */
export interface ExpressionSeries extends Labels {
  /** Of the whole scan window, which reaches beyond the query window. Null: others may have a turn here. */
  points(): Generator<null, Series>;
}

/** Points that are all doubles. The arrays hold nothing else. */
export function doublePoints(timestamps: Float64Array, values: Float64Array): Series {
  return { size: timestamps.length, timestamps, values, isInteger: null, allIntegers: false, integers: null };
}

/** Points worked on between two turns of others. */
export const POINTS_A_TURN = 100_000;
