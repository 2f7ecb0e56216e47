import type { Aggregator } from './aggregator';
import type { DownsampleSpec } from './downsample';
import type { RateOptions } from './rate';

/** What is done to the series of one group: downsample, then rate, then merge and aggregate, then the cut to the query window. */
export interface GroupSpec {
  readonly aggregator: Aggregator;
  readonly downsample: DownsampleSpec | null;
  /** The series hold one value for each bucket already. */
  readonly isSampled?: boolean;
  /** null: no rate. */
  readonly rate: Readonly<RateOptions> | null;
  /** The query window in milliseconds, both ends inclusive. */
  readonly startMs: number;
  readonly endMs: number;
  /** The scan window `[scanStart, scanEnd)` in seconds: what was read. */
  readonly scanStart: number;
  readonly scanEnd: number;
}
