import type { Series } from '../series';

/** Points that are all doubles. The arrays hold nothing else. */
export function doublePoints(timestamps: Float64Array, values: Float64Array): Series {
  return { size: timestamps.length, timestamps, values, isInteger: null, allIntegers: false, integers: null };
}

/** Points worked on between two turns of others. */
export const POINTS_A_TURN = 100_000;

/** Whether others should have their turn after the point of this number. */
export const isTurnOver = (i: number): boolean => i % POINTS_A_TURN === POINTS_A_TURN - 1;

/** Counts points that are held more, or fewer, until the query ends. @throws ClientError 413 */
export type Hold = (points: number) => void;

/** What a query holds of points until it ends. */
export interface PointsMemory {
  readonly hold: Hold;
  /** Counts the points of a series, too. @returns the same points, to be used in their place @throws ClientError 413 */
  keep(points: Series): Series;
}
