import type { RollupInterval } from '../../rollup';
import type { RowSpan } from '../source';
import type { DownsampleSpec } from '../specification';

/** What is read, in seconds: whole rows around the query window. */
export interface ScanWindow {
  /** Inclusive. */
  readonly scanStart: number;
  /** Exclusive. */
  readonly scanEnd: number;
}

/**
 * The rows to read for a query window. Downsampling widens it by whole intervals of fixed length (calendar ones too);
 * rates and interpolation do not. The end is moved on by a second whatever it is. Mirrors TsdbQuery.getScanStartTimeSeconds
 * and getScanEndTimeSeconds.
 */
export function scanWindow(startMs: number, endMs: number, downsample: DownsampleSpec | null, rows: RowSpan): ScanWindow {
  const interval = downsample && downsample.kind !== 'all' ? downsample.intervalMs : 0;
  let start = Math.floor(startMs / 1000);
  const end = Math.floor(endMs / 1000) + 1;
  if (interval > 0) start -= Math.floor(((1000 * start) % interval) / 1000);
  const scanStart = Math.max(0, rows.start(start));
  if (interval === 0) return { scanStart, scanEnd: rows.next(rows.start(end)) };
  const bucketEnd = end + Math.floor((interval - ((1000 * end) % interval)) / 1000);
  const row = rows.start(bucketEnd);
  return { scanStart, scanEnd: row === bucketEnd ? row : rows.next(row) };
}

/**
 * The rows to read of a table of rolled up values: a whole row more than the query window has, and with rates one before it as well. Mirrors
 * RollupUtils and TsdbQuery.getScanStartTimeSeconds.
 */
export function rollupWindow(startMs: number, endMs: number, rollup: RollupInterval, withRate: boolean): ScanWindow {
  let scanStart = rollup.start(Math.floor(startMs / 1000));
  if (withRate && scanStart > 0) scanStart = rollup.start(scanStart - 1);
  return { scanStart, scanEnd: rollup.start(Math.floor(endMs / 1000) + rollup.seconds * rollup.intervals) };
}
