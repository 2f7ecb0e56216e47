/** How a table cuts time into rows: hours for points, longer stretches for pre-computed values. All in seconds. */
export interface RowSpan {
  /** Base time of the row that holds a time. */
  start(time: number): number;
  /** Base time of the row after the one that has this base time. */
  next(baseTime: number): number;
}

/** Rows that all cover the same number of seconds. */
export function fixedRowSpan(seconds: number): RowSpan {
  return {
    start: (time) => time - (time % seconds),
    next: (baseTime) => baseTime + seconds,
  };
}
