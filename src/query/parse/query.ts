import type { TagValueFilter } from '../filter';
import type { RateOptions, RollupUsage } from '../specification';

const ROLLUP_USAGES: readonly string[] = ['ROLLUP_RAW', 'ROLLUP_NOFALLBACK', 'ROLLUP_FALLBACK', 'ROLLUP_FALLBACK_RAW'];

/** Any case; what is not known means no fallback. Mirrors RollupQuery's parsing of the usage. */
export function parseRollupUsage(text: string): RollupUsage {
  const upper = text.toUpperCase();
  return (ROLLUP_USAGES.includes(upper) ? upper : 'ROLLUP_NOFALLBACK') as RollupUsage;
}

/** One sub-query as parsed, before validation: null is what the client left out. Mirrors TSSubQuery. */
export interface SubQuery {
  aggregator: string | null;
  metric: string | null;
  /** Hexadecimal; takes precedence over `metric` when not empty. */
  tsuids: string[] | null;
  downsample: string | null;
  rate: boolean;
  rateOptions: RateOptions | null;
  /** Null, when nothing was said of them, is not equal to none. */
  filters: TagValueFilter[] | null;
  explicitTags: boolean;
  useFuzzyFilter: boolean;
  useMultiGets: boolean;
  preAggregate: boolean;
  rollupUsage: RollupUsage | null;
  /** Ascending. Null among them: the client sent it, and the query is refused. */
  percentiles: (number | null)[] | null;
  showHistogramBuckets: boolean;
  /** Position after duplicates are gone. */
  index: number;
}

/** A whole request as parsed, before validation. Mirrors TSQuery. */
export interface Query {
  start: string | null;
  end: string | null;
  timezone: string | null;
  options: Record<string, string[]> | null;
  padding: boolean;
  /** Null: a JSON body that doesn't mention them. A null element is one that the client sent. */
  queries: (SubQuery | null)[] | null;
  delete: boolean;
  noAnnotations: boolean;
  globalAnnotations: boolean;
  showTsuids: boolean;
  msResolution: boolean;
  showQuery: boolean;
  showStats: boolean;
  showSummary: boolean;
  useCalendar: boolean;
  overrideByteLimit: boolean;
  overrideDataPointLimit: boolean;
}

export function emptySubQuery(): SubQuery {
  return {
    aggregator: null,
    metric: null,
    tsuids: null,
    downsample: null,
    rate: false,
    rateOptions: null,
    filters: null,
    explicitTags: false,
    useFuzzyFilter: true,
    useMultiGets: true,
    preAggregate: false,
    rollupUsage: null,
    percentiles: null,
    showHistogramBuckets: false,
    index: 0,
  };
}

export function emptyQuery(): Query {
  return {
    start: null,
    end: null,
    timezone: null,
    options: null,
    padding: false,
    queries: null,
    delete: false,
    noAnnotations: false,
    globalAnnotations: false,
    showTsuids: false,
    msResolution: false,
    showQuery: false,
    showStats: false,
    showSummary: false,
    useCalendar: false,
    overrideByteLimit: false,
    overrideDataPointLimit: false,
  };
}
