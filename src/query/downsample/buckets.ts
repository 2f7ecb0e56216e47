/** How time is cut into the buckets of one query: bucket starts, in milliseconds. */
export interface Buckets {
  /** Start of the bucket that holds `ms`. */
  start(ms: number): number;
  /** Start of the bucket after the one that starts at `start`. */
  next(start: number): number;
  /** Start of the bucket that holds `ms`, counted from the one that starts at `start` <= ms. */
  from(start: number, ms: number): number;
}
