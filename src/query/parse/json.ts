import { addFilter, filterFromTag, makeFilter, type TagValueFilter } from '../filter';
import { hashMapOrder } from '../../util/java-hash-order';
import { JsonValue } from './json-binding';
import { defaultRateOptions, type RateOptions } from '../specification';
import { emptyQuery, emptySubQuery, parseRollupUsage, type Query, type SubQuery } from './query';
import { ClientError } from '../../util/errors';

const TS_QUERY = 'net.opentsdb.core.TSQuery';
const SUB_QUERY = 'net.opentsdb.core.TSSubQuery';
const RATE_OPTIONS = 'net.opentsdb.core.RateOptions';
const FILTER_BUILDER = 'net.opentsdb.query.filter.TagVFilter$Builder';

type Setters<T> = Readonly<Record<string, (target: T, value: JsonValue) => void>>;

const RATE_SETTERS: Setters<RateOptions> = {
  counterMax: (o, v) => (o.counterMax = v.long()),
  resetValue: (o, v) => (o.resetValue = v.long()),
  dropResets: (o, v) => (o.dropResets = v.boolean()),
  counter: (o, v) => (o.counter = v.boolean()),
  isCounter: (o, v) => (o.counter = v.boolean()),
};

function parseRateOptions(value: JsonValue): RateOptions | null {
  if (value.isNull) return null;
  const options = defaultRateOptions();
  for (const { key, value: member } of value.members(RATE_OPTIONS)) {
    const set = RATE_SETTERS[key];
    if (!set) {
      const known = Object.keys(RATE_SETTERS)
        .map((k) => `"${k}"`)
        .join(', ');
      throw member.fail(
        'exc.UnrecognizedPropertyException',
        `Unrecognized field "${key}" (class ${RATE_OPTIONS}), not marked as ignorable (5 known properties: ${known}])`,
        member.node.end,
      );
    }
    set(options, member);
  }
  return options;
}

function parseFilter(value: JsonValue): TagValueFilter {
  if (value.isNull) throw new ClientError(400, 'An internal null pointer exception was thrown');
  let type: string | null = null;
  let tagk: string | null = null;
  let filter: string | null = null;
  let groupBy = false;
  for (const { key, value: member } of value.members(FILTER_BUILDER)) {
    if (key === 'type') type = member.string();
    else if (key === 'tagk') tagk = member.string();
    else if (key === 'filter') filter = member.string();
    else if (key === 'groupBy' || key === 'group_by') groupBy = member.boolean();
  }
  try {
    return makeFilter(type, tagk, filter, groupBy);
  } catch (e) {
    const problem = `Cannot construct instance of \`${FILTER_BUILDER}\`, problem: ${(e as Error).message}`;
    throw value.fail('exc.InvalidDefinitionException', problem, value.node.end - 1);
  }
}

/** The legacy map: every value groups. It replaces filters that were parsed before it, and later ones replace it. */
function parseTags(value: JsonValue): TagValueFilter[] {
  if (value.isNull) throw value.fail('JsonMappingException', 'Cannot invoke "java.util.Map.size()" because "tags" is null');
  const tags = new Map(value.members('java.util.LinkedHashMap').map(({ key, value: member }) => [key, member.string()]));
  const filters: TagValueFilter[] = [];
  try {
    for (const tagk of hashMapOrder(tags.keys())) addFilter(filters, filterFromTag(tagk, tags.get(tagk) ?? '', true));
  } catch (e) {
    throw value.fail('JsonMappingException', (e as Error).message, value.node.end - 1);
  }
  return filters;
}

const SUB_SETTERS: Setters<SubQuery> = {
  aggregator: (q, v) => (q.aggregator = v.string()),
  metric: (q, v) => (q.metric = v.string()),
  tsuids: (q, v) => (q.tsuids = v.items()?.map((item) => item.string() ?? '') ?? null),
  downsample: (q, v) => (q.downsample = v.string()),
  rate: (q, v) => (q.rate = v.boolean()),
  rateOptions: (q, v) => (q.rateOptions = parseRateOptions(v)),
  filters: (q, v) => (q.filters = v.items()?.map(parseFilter) ?? []),
  tags: (q, v) => (q.filters = parseTags(v)),
  explicitTags: (q, v) => (q.explicitTags = v.boolean()),
  useFuzzyFilter: (q, v) => (q.useFuzzyFilter = v.boolean()),
  useMultiGets: (q, v) => (q.useMultiGets = v.boolean()),
  preAggregate: (q, v) => (q.preAggregate = v.boolean()),
  rollupUsage: (q, v) => {
    const text = v.string();
    q.rollupUsage = text === null ? null : parseRollupUsage(text);
  },
  percentiles: (q, v) =>
    (q.percentiles =
      v
        .items()
        ?.map((item) => item.float())
        .sort((a, b) => a - b) ?? null),
  showHistogramBuckets: (q, v) => (q.showHistogramBuckets = v.boolean()),
};

function parseSubQuery(value: JsonValue): SubQuery | null {
  if (value.isNull) return null;
  const sub = emptySubQuery();
  for (const { key, value: member } of value.members(SUB_QUERY)) if (Object.hasOwn(SUB_SETTERS, key)) SUB_SETTERS[key](sub, member);
  return sub;
}

function parseOptions(value: JsonValue): Record<string, string[]> | null {
  if (value.isNull) return null;
  const members = value.members('java.util.LinkedHashMap');
  return Object.fromEntries(members.map(({ key, value: list }) => [key, (list.items() ?? []).map((item) => item.string() ?? 'null')]));
}

const QUERY_SETTERS: Setters<Query> = {
  start: (q, v) => (q.start = v.string()),
  end: (q, v) => (q.end = v.string()),
  timezone: (q, v) => (q.timezone = v.string()),
  options: (q, v) => (q.options = parseOptions(v)),
  padding: (q, v) => (q.padding = v.boolean()),
  queries: (q, v) => (q.queries = v.items()?.map(parseSubQuery) ?? null),
  delete: (q, v) => (q.delete = v.boolean()),
  noAnnotations: (q, v) => (q.noAnnotations = v.boolean()),
  globalAnnotations: (q, v) => (q.globalAnnotations = v.boolean()),
  showTSUIDs: (q, v) => (q.showTsuids = v.boolean()),
  msResolution: (q, v) => (q.msResolution = v.boolean()),
  showQuery: (q, v) => (q.showQuery = v.boolean()),
  showStats: (q, v) => (q.showStats = v.boolean()),
  showSummary: (q, v) => (q.showSummary = v.boolean()),
  useCalendar: (q, v) => (q.useCalendar = v.boolean()),
  overrideByteLimit: (q, v) => (q.overrideByteLimit = v.boolean()),
  overrideDataPointLimit: (q, v) => (q.overrideDataPointLimit = v.boolean()),
};

/**
 * A query out of a POST body. Properties are set in the order of the text, so of `tags` and `filters` the later wins;
 * unknown ones are ignored, except inside `rateOptions`. Mirrors HttpJsonSerializer.parseQueryV1.
 * @throws ClientError 400
 */
export function parseJsonQuery(body: string): Query {
  if (body === '') {
    throw new ClientError(400, 'Missing message content', 'Supply valid JSON formatted data in the body of your request');
  }
  const root = JsonValue.parse(body);
  const query = emptyQuery();
  for (const { key, value } of root?.members(TS_QUERY) ?? []) if (Object.hasOwn(QUERY_SETTERS, key)) QUERY_SETTERS[key](query, value);
  if (query.queries === null) throw new ClientError(400, 'An internal null pointer exception was thrown');
  return query;
}
