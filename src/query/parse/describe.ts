import { describeFilter } from '../filter';
import { javaFloatToString } from '../../util/java-double';
import type { Query, SubQuery } from './query';

function describeSubQuery(sub: SubQuery | null, intervalMs: number): string {
  if (!sub) return 'null';
  const rate = sub.rateOptions;
  const fields = [
    `metric=${sub.metric ?? ''}`,
    `filters=[${(sub.filters ?? []).map(describeFilter).join(', ')}]`,
    `tsuids=[${(sub.tsuids ?? []).join(', ')}]`,
    `agg=${sub.aggregator}`,
    `downsample=${sub.downsample || 'null'}`,
    `ds_interval=${intervalMs}`,
    `rate=${sub.rate}`,
    `rate_options=${rate ? `{${rate.counter},${rate.counterMax},${rate.resetValue}}` : 'null'}`,
    'explicit_tags=explicit_tags',
    `index=${sub.index}`,
    `percentiles=${sub.percentiles ? `[${sub.percentiles.map((p) => (p === null ? 'null' : javaFloatToString(p))).join(', ')}]` : 'null'}`,
    `show_histogram_buckets=${sub.showHistogramBuckets}`,
  ];
  return `TSSubQuery(${fields.join(', ')})`;
}

/**
 * The textual dump of a query that accompanies a validation error. Mirrors TSQuery.toString.
 * @param intervalOf milliseconds of a sub-query's downsampler, 0 when it has none or isn't validated yet
 */
export function describeQuery(query: Query, intervalOf: (sub: SubQuery) => number): string {
  const subs = (query.queries ?? []).map((sub) => describeSubQuery(sub, sub ? intervalOf(sub) : 0)).join(', ');
  // The original never closes the bracket of an option, only the one of the list.
  const options = Object.entries(query.options ?? {}).map(([key, values]) => `${key}=[${values.join(', ')}`);
  const flags = [
    `padding=${query.padding}`,
    `no_annotations=${query.noAnnotations}`,
    `with_global_annotations=${query.globalAnnotations}`,
    `show_tsuids=${query.showTsuids}`,
    `ms_resolution=${query.msResolution}`,
    `options=[${options.join('')}]`,
  ];
  return `TSQuery(start_time=${query.start}, end_time=${query.end}, subQueries[${subs}] ${flags.join(', ')})`;
}
