/** How long the rows of rollups are, by their interval. */
const ROW_SPANS = { '10m': '1d', '1h': '1n', '1d': '1y' } as const;

type Interval = keyof typeof ROW_SPANS;

interface RollupOptions {
  /** In the order of their ids. */
  aggregators?: readonly string[];
  /** In front of the names of all tables. */
  prefix?: string;
  /** When values are there at the latest, by interval. */
  delays?: Partial<Record<Interval, string>>;
}

/** Settings with rollups: points in `tsdb` and `tsdb-preagg`, rollups of these intervals in `tsdb-rollup-INTERVAL` and `tsdb-agg-INTERVAL`. */
export function rollupSettings(
  intervals: readonly Interval[],
  { aggregators = ['sum'], prefix = '', delays = {} }: RollupOptions = {},
): Record<string, string> {
  const raw = { table: `${prefix}tsdb`, preAggregationTable: `${prefix}tsdb-preagg`, interval: '1m', rowSpan: '1h', defaultInterval: true };
  const rolled = intervals.map((interval) => ({
    table: `${prefix}tsdb-rollup-${interval}`,
    preAggregationTable: `${prefix}tsdb-agg-${interval}`,
    interval,
    rowSpan: ROW_SPANS[interval],
    delaySla: delays[interval],
  }));
  const aggregationIds = Object.fromEntries(aggregators.map((name, id) => [name, id]));
  return { 'tsd.rollups.enable': 'true', 'tsd.rollups.config': JSON.stringify({ aggregationIds, intervals: [raw, ...rolled] }) };
}

/** The codec of the original's own histograms, under the id that its documentation gives it. */
export const HISTOGRAM_SETTINGS = { 'tsd.core.histograms.config': '{"net.opentsdb.core.SimpleHistogramDecoder":42}' };
