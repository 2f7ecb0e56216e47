import type { Aggregator } from './aggregator';

/** What stands in an output bucket without points; `none`: there is no such bucket. */
export type FillPolicy = 'none' | 'zero' | 'nan' | 'null' | 'scalar';

/** A parsed downsampling specifier, `1h-avg-nan`. */
export interface DownsampleSpec {
  /** `all`: one value for the whole query window (`0all-sum`). */
  readonly kind: 'interval' | 'all';
  /** Length in milliseconds with a month of 30 and a year of 365 days, also for calendar intervals; 0 when `all`. */
  readonly intervalMs: number;
  /** The interval's text, without the calendar suffix `c`. */
  readonly interval: string;
  readonly aggregator: Aggregator;
  readonly fill: FillPolicy;
  /** Buckets follow the calendar of `timeZone`. */
  readonly calendar: boolean;
  /** A zone id; only calendar buckets consult it. */
  readonly timeZone: string;
}
