import type { QueryCounts } from '../../config/settings';
import { bean, boolean, float, int, list, long, map, readBody, string, strings, type Bind, type JsonLimits } from '../../json';
import { ClientError, IllegalStateError } from '../../util/errors';
import { filterFromTag, makeFilter, type TagValueFilter } from '../filter';
import { defaultRateOptions, type RateOptions } from '../specification';
import { checkCounts } from './counts';
import { emptyQuery, emptySubQuery, parseRollupUsage, type Query, type SubQuery } from './query';

/** A null that the original runs into later on: its text; the mistake is the client's. */
const nullPointer = (): ClientError => new ClientError(400, 'An internal null pointer exception was thrown');

function withoutNulls(texts: (string | null)[] | null): string[] | null {
  return (
    texts?.map((text) => {
      if (text === null) throw nullPointer();
      return text;
    }) ?? null
  );
}

const RATE_OPTIONS = bean<RateOptions>({
  type: 'net.opentsdb.core.RateOptions',
  unknown: 'refused',
  create: defaultRateOptions,
  setters: {
    counterMax: (o, json) => (o.counterMax = long(json)),
    resetValue: (o, json) => (o.resetValue = long(json)),
    dropResets: (o, json) => (o.dropResets = boolean(json)),
    counter: (o, json) => (o.counter = boolean(json)),
    isCounter: (o, json) => (o.counter = boolean(json)),
  },
});

interface FilterDraft {
  type: string | null;
  tagk: string | null;
  filter: string | null;
  groupBy: boolean;
  made: TagValueFilter | null;
}

const FILTER = bean<FilterDraft>({
  type: 'net.opentsdb.query.filter.TagVFilter$Builder',
  unknown: 'ignored',
  create: () => ({ type: null, tagk: null, filter: null, groupBy: false, made: null }),
  setters: {
    type: (f, json) => (f.type = string(json)),
    tagk: (f, json) => (f.tagk = string(json)),
    filter: (f, json) => (f.filter = string(json)),
    groupBy: (f, json) => (f.groupBy = boolean(json)),
    group_by: (f, json) => (f.groupBy = boolean(json)),
  },
  finish: (f) => (f.made = makeFilter(f.type, f.tagk, f.filter, f.groupBy)),
});

/** A filter of a tag; null for null. */
export const filterOrNull: Bind<TagValueFilter | null> = (json) => FILTER(json)?.made ?? null;

const filter: Bind<TagValueFilter> = (json) => {
  const made = filterOrNull(json);
  // The original fails over it only when it prints the query.
  if (!made) throw nullPointer();
  return made;
};

const TAGS = map('java.util.LinkedHashMap', string);
const FILTERS = list(filter);
const PERCENTILES = list(float);

/** The legacy map: every value groups. It replaces filters that came before it, and `filters` behind it replace it. */
function setTags(sub: SubQuery, tags: Map<string, string | null> | null): void {
  if (tags === null && sub.filters === null) throw new IllegalStateError('Cannot invoke "java.util.Map.size()" because "tags" is null');
  const filters: TagValueFilter[] = [];
  // No two of them are equal: their keys differ.
  for (const [tagk, value] of tags ?? []) filters.push(filterFromTag(tagk, value ?? '', true));
  sub.filters = filters;
}

/** Ascending, as Java orders floats; it can't compare with null. */
function sortPercentiles(percentiles: (number | null)[] | null): (number | null)[] | null {
  if (percentiles === null || percentiles.length < 2) return percentiles;
  if (percentiles[0] === null && percentiles[1] !== null)
    throw new IllegalStateError('Cannot read field "value" because "anotherFloat" is null');
  if (percentiles.includes(null))
    throw new IllegalStateError('Cannot invoke "java.lang.Comparable.compareTo(Object)" because "a[runHi]" is null');
  return percentiles.sort((a, b) => {
    if (a === null || b === null) return 0;
    return Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b;
  });
}

const SUB_QUERY = bean<SubQuery>({
  type: 'net.opentsdb.core.TSSubQuery',
  unknown: 'ignored',
  create: emptySubQuery,
  setters: {
    aggregator: (sub, json) => (sub.aggregator = string(json)),
    metric: (sub, json) => (sub.metric = string(json)),
    tsuids: (sub, json) => (sub.tsuids = withoutNulls(strings(json))),
    downsample: (sub, json) => (sub.downsample = string(json)),
    rate: (sub, json) => (sub.rate = boolean(json)),
    rateOptions: (sub, json) => (sub.rateOptions = RATE_OPTIONS(json)),
    filters: (sub, json) => (sub.filters = FILTERS(json)),
    tags: (sub, json) => setTags(sub, TAGS(json)),
    explicitTags: (sub, json) => (sub.explicitTags = boolean(json)),
    useFuzzyFilter: (sub, json) => (sub.useFuzzyFilter = boolean(json)),
    useMultiGets: (sub, json) => (sub.useMultiGets = boolean(json)),
    preAggregate: (sub, json) => (sub.preAggregate = boolean(json)),
    rollupUsage: (sub, json) => {
      const text = string(json);
      sub.rollupUsage = text === null ? null : parseRollupUsage(text);
    },
    percentiles: (sub, json) => (sub.percentiles = sortPercentiles(PERCENTILES(json))),
    showHistogramBuckets: (sub, json) => (sub.showHistogramBuckets = boolean(json)),
    index: (sub, json) => (sub.index = int(json)),
  },
});

const SUB_QUERIES = list(SUB_QUERY);
const OPTIONS = map('java.util.HashMap', strings);

function options(values: Map<string, (string | null)[] | null> | null): Query['options'] {
  if (values === null) return null;
  const texts = [...values].map(([key, found]): [string, string[]] => {
    if (found === null) throw nullPointer();
    return [key, found.map((text) => text ?? 'null')];
  });
  return Object.fromEntries(texts);
}

const QUERY = bean<Query>({
  type: 'net.opentsdb.core.TSQuery',
  unknown: 'ignored',
  create: emptyQuery,
  setters: {
    start: (q, json) => (q.start = string(json)),
    end: (q, json) => (q.end = string(json)),
    timezone: (q, json) => (q.timezone = string(json)),
    options: (q, json) => (q.options = options(OPTIONS(json))),
    padding: (q, json) => (q.padding = boolean(json)),
    queries: (q, json) => (q.queries = SUB_QUERIES(json)),
    delete: (q, json) => (q.delete = boolean(json)),
    noAnnotations: (q, json) => (q.noAnnotations = boolean(json)),
    globalAnnotations: (q, json) => (q.globalAnnotations = boolean(json)),
    showTSUIDs: (q, json) => (q.showTsuids = boolean(json)),
    msResolution: (q, json) => (q.msResolution = boolean(json)),
    showQuery: (q, json) => (q.showQuery = boolean(json)),
    showStats: (q, json) => (q.showStats = boolean(json)),
    showSummary: (q, json) => (q.showSummary = boolean(json)),
    useCalendar: (q, json) => (q.useCalendar = boolean(json)),
    overrideByteLimit: (q, json) => (q.overrideByteLimit = boolean(json)),
    overrideDataPointLimit: (q, json) => (q.overrideDataPointLimit = boolean(json)),
  },
});

/**
 * A query out of a POST body. Properties are set in the order of the text, so of `tags` and `filters` the later wins;
 * unknown ones are ignored, except inside `rateOptions`. Mirrors HttpJsonSerializer.parseQueryV1.
 * @throws ClientError 400; 413 beyond the limits
 */
export function parseJsonQuery(body: string, limits?: JsonLimits, counts?: QueryCounts): Query {
  const query = readBody(body, QUERY, limits);
  if (query === null || query.queries === null) throw nullPointer();
  if (counts !== undefined) checkCounts(query, counts);
  return query;
}
