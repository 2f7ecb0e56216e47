import { isJavaTimeZone } from '../../util/java-time-zones';
import { parseExactTime } from '../../util/date-time';
import { findAggregator } from '../aggregate/registry';
import { parseDownsample } from '../downsample/parse-downsample';
import { defaultRateOptions, type Aggregator, type DownsampleSpec, type ValidQuery, type ValidSubQuery } from '../specification';
import { checkValues } from './counts';
import { describeQuery } from './describe';
import { javaFloatToString } from '../../util/java-double';
import type { Query, SubQuery } from './query';
import { MAX_TIMESTAMP_MS } from '../../schema';
import { ClientError } from '../../util/errors';

function checkHistogram(sub: SubQuery, aggregator: Aggregator, downsample: DownsampleSpec | null): boolean {
  const histogram = (sub.percentiles !== null && sub.percentiles.length > 0) || sub.showHistogramBuckets;
  if (!histogram) return false;
  if (aggregator.name !== 'sum' && aggregator.name !== 'none') {
    throw new Error('Only NONE or SUM aggregation function supported for histogram query');
  }
  if (downsample && downsample.aggregator.name !== 'sum') {
    throw new Error('Only SUM downsampling aggregation supported for histogram query');
  }
  const wrong = sub.percentiles?.find((p) => p === null || p < 0 || p > 100);
  if (wrong === null) throw new Error('Cannot invoke "java.lang.Float.floatValue()" because "parameter" is null');
  if (wrong !== undefined) throw new Error(`Invalid percentile parameters: ${javaFloatToString(wrong)}`);
  return true;
}

class Validation {
  /** Lengths of the downsamplers validated so far, which the dump of an error shows. */
  private readonly intervals = new Map<SubQuery, number>();

  constructor(
    private readonly query: Query,
    private readonly defaultZone: string | null,
    private readonly nowMs: number,
  ) {}

  run(): ValidQuery {
    const { query } = this;
    const { start, end, subQueries } = this.check();
    for (const time of [start, end]) {
      if (time < 0n || time > MAX_TIMESTAMP_MS) throw new ClientError(400, `Invalid timestamp: ${time}`);
    }
    return {
      startMs: Number(start),
      endMs: Number(end),
      subQueries,
      wholeScan: false,
      globalAnnotations: query.globalAnnotations && !query.noAnnotations,
      delete: query.delete,
      overrideByteLimit: query.overrideByteLimit,
      overrideDataPointLimit: query.overrideDataPointLimit,
    };
  }

  /** What TSQuery.validateAndSetQuery does; its failures come with a dump of the query. Times may be any number of milliseconds. */
  private check(): { start: bigint; end: bigint; subQueries: ValidSubQuery[] } {
    const { query } = this;
    try {
      if (!query.start) throw new Error('Missing start time');
      const start = this.time(query.start);
      const end = query.end ? this.time(query.end) : BigInt(this.nowMs);
      if (end <= start) throw new Error(`End time [${end}] must be greater than the start time [${start}]`);
      if (!query.queries || query.queries.length === 0) throw new Error('Missing queries');
      return { start, end, subQueries: query.queries.map((sub, index) => this.subQuery(sub, index)) };
    } catch (e) {
      const dump = describeQuery(query, (sub) => this.intervals.get(sub) ?? 0);
      throw new ClientError(400, (e as Error).message, dump, { cause: e });
    }
  }

  private time(text: string): bigint {
    return parseExactTime(text, this.query.timezone || this.defaultZone, this.nowMs);
  }

  private subQuery(sub: SubQuery | null, index: number): ValidSubQuery {
    if (!sub) throw new Error('Cannot invoke "net.opentsdb.core.TSSubQuery.validateAndSetQuery()" because "sub" is null');
    if (!sub.aggregator) throw new Error('Missing the aggregation function');
    const aggregator = findAggregator(sub.aggregator);
    if (!aggregator) throw new Error(`No such aggregation function: ${sub.aggregator}`);
    if (!sub.metric && !(sub.tsuids && sub.tsuids.length > 0)) throw new Error('Missing the metric or tsuids, provide at least one');
    const downsample = sub.downsample ? parseDownsample(sub.downsample) : null;
    if (downsample) this.intervals.set(sub, downsample.intervalMs);
    const histogram = checkHistogram(sub, aggregator, downsample);
    sub.index = index;
    return {
      index,
      metric: sub.metric ?? '',
      tsuids: sub.tsuids !== null && sub.tsuids.length > 0 ? sub.tsuids : null,
      filters: sub.filters ?? [],
      explicitTags: sub.explicitTags,
      aggregator,
      downsample: downsample && this.inZone(downsample),
      rate: sub.rate ? (sub.rateOptions ?? defaultRateOptions()) : null,
      histogram,
      percentiles: sub.percentiles?.filter((p) => p !== null) ?? null,
      showHistogramBuckets: sub.showHistogramBuckets,
      preAggregate: sub.preAggregate,
      rollupUsage: sub.rollupUsage,
    };
  }

  /** The zone and the calendar flag of the request, laid on a sub-query's downsampler. */
  private inZone(spec: DownsampleSpec): DownsampleSpec {
    const zone = this.query.timezone;
    if (zone && !isJavaTimeZone(zone)) throw new Error('The timezone specification could not be found');
    return { ...spec, timeZone: zone || spec.timeZone, calendar: spec.calendar || this.query.useCalendar };
  }
}

/**
 * Checks a request in the original's order and makes its times absolute. Mirrors TSQuery.validateAndSetQuery and TsdbQuery's setters of times.
 * @param defaultZone for absolute dates without a zone; null: the process's own
 * @throws ClientError 400 with the original's message and a dump of the query as details
 */
export function validateQuery(query: Query, defaultZone: string | null, nowMs: number): ValidQuery {
  checkValues(query.queries ?? []);
  return new Validation(query, defaultZone, nowMs).run();
}
