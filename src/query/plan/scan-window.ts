import type { DownsampleSpec } from '../types';

const HOUR = 3600;

/** What is read, in seconds: whole hours around the query window. */
export interface ScanWindow {
  /** Inclusive. */
  readonly scanStart: number;
  /** Exclusive. */
  readonly scanEnd: number;
}

/**
 * The hours to read for a query window. Downsampling widens it by whole intervals of fixed length (calendar ones too);
 * rates and interpolation do not. The end is moved on by a second whatever it is. Mirrors TsdbQuery.getScanStartTimeSeconds
 * and getScanEndTimeSeconds.
 */
export function scanWindow(startMs: number, endMs: number, downsample: DownsampleSpec | null): ScanWindow {
  const interval = downsample && downsample.kind !== 'all' ? downsample.intervalMs : 0;
  let start = Math.floor(startMs / 1000);
  const end = Math.floor(endMs / 1000) + 1;
  if (interval > 0) start -= Math.floor(((1000 * start) % interval) / 1000);
  const scanStart = Math.max(0, start - (start % HOUR));
  if (interval === 0) return { scanStart, scanEnd: end + HOUR - (end % HOUR) };
  const bucketEnd = end + Math.floor((interval - ((1000 * end) % interval)) / 1000);
  return { scanStart, scanEnd: bucketEnd % HOUR === 0 ? bucketEnd : bucketEnd + HOUR - (bucketEnd % HOUR) };
}
