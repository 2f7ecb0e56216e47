/** One sub query as the form holds it: what a metric tab shows. */
export interface MetricQuery {
  readonly aggregator: string;
  readonly metric: string;
  /** Series by their ids, in place of a metric. */
  readonly tsuids: readonly string[];
  readonly filters: readonly TagFilter[];
  readonly explicitTags: boolean;
  readonly rate: Rate | null;
  readonly downsample: Downsample | null;
  readonly preAggregate: boolean;
  /** `ROLLUP_...`; empty: as the TSD does by default. */
  readonly rollupUsage: string;
  /** Of histograms. */
  readonly percentiles: readonly number[];
  readonly histogramBuckets: boolean;
  readonly rightAxis: boolean;
}

export interface TagFilter {
  readonly tagk: string;
  /** A name of `FILTER_TYPES`, or one that a plugin brings. */
  readonly type: string;
  readonly filter: string;
  readonly groupBy: boolean;
}

/** `max` and `reset` as typed; empty: the TSD's default. */
export interface Rate {
  readonly counter: boolean;
  readonly max: string;
  readonly reset: string;
  readonly dropResets: boolean;
}

/** `interval` such as `10m`, `500ms`, `1dc` or `0all`; `fill` `none` or a policy. */
export interface Downsample {
  readonly interval: string;
  readonly aggregator: string;
  readonly fill: string;
}

export const FILTER_TYPES: readonly (readonly [name: string, what: string])[] = [
  ['literal_or', 'is one of'],
  ['iliteral_or', 'is one of, any case'],
  ['not_literal_or', 'is none of'],
  ['not_iliteral_or', 'is none of, any case'],
  ['wildcard', 'matches *'],
  ['iwildcard', 'matches *, any case'],
  ['regexp', 'matches regexp'],
];

export const FILL_POLICIES: readonly string[] = ['none', 'nan', 'zero', 'null', 'scalar'];

export const ROLLUP_USAGES: readonly (readonly [name: string, what: string])[] = [
  ['', 'default'],
  ['ROLLUP_RAW', 'raw points only'],
  ['ROLLUP_NOFALLBACK', 'rollups only'],
  ['ROLLUP_FALLBACK', 'rollups, else coarser ones'],
  ['ROLLUP_FALLBACK_RAW', 'rollups, else raw points'],
];

export const NO_RATE_OPTIONS: Rate = { counter: false, max: '', reset: '', dropResets: false };
export const FIRST_DOWNSAMPLE: Downsample = { interval: '10m', aggregator: 'avg', fill: 'none' };

export const EMPTY_METRIC: MetricQuery = {
  aggregator: 'sum',
  metric: '',
  tsuids: [],
  filters: [],
  explicitTags: false,
  rate: null,
  downsample: null,
  preAggregate: false,
  rollupUsage: '',
  percentiles: [],
  histogramBuckets: false,
  rightAxis: false,
};

/** Whether there is anything to ask for. */
export const isAsked = ({ metric, tsuids }: MetricQuery): boolean => metric !== '' || tsuids.length > 0;

/** What a tab is called: the last dotted part of the metric. */
export function tabName({ metric, tsuids }: MetricQuery): string {
  if (tsuids.length > 0) return tsuids.length === 1 ? '1 series' : `${tsuids.length} series`;
  return metric === '' ? 'metric' : metric.slice(metric.lastIndexOf('.') + 1) || metric;
}

/** Downsampling as the API writes it: `10m-avg` or `10m-avg-zero`. */
export const downsampleText = ({ interval, aggregator, fill }: Downsample): string =>
  `${interval}-${aggregator}${fill === 'none' || fill === '' ? '' : `-${fill}`}`;

/** The reverse of `downsampleText`; null when it has not two or three parts. */
export function parseDownsample(text: string): Downsample | null {
  const parts = text.split('-');
  if (parts.length < 2 || parts.length > 3 || parts[0] === '' || parts[1] === '') return null;
  return { interval: parts[0], aggregator: parts[1], fill: (parts[2] ?? '').toLowerCase() || 'none' };
}
