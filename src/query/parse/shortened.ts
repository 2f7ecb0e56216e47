import type { TagValueFilter } from '../filter';
import type { Query, SubQuery } from './query';

/** Characters that a query may have to be kept as it is. */
export const WHOLE = 16 * 1024;
/** Of a longer one this much is kept of each text, and so many elements of each list. */
const TEXT = 200;
export const ELEMENTS = 20;

const sizeOf = (text: string | null): number => text?.length ?? 0;

function sizeOfSubQuery(sub: SubQuery | null): number {
  if (sub === null) return 4;
  let size = 100 + sizeOf(sub.metric) + sizeOf(sub.aggregator) + sizeOf(sub.downsample) + 8 * (sub.percentiles?.length ?? 0);
  for (const tsuid of sub.tsuids ?? []) size += 16 + tsuid.length;
  for (const { tagk, filter } of sub.filters ?? []) size += 64 + tagk.length + filter.length;
  return size;
}

function sizeOfQuery({ start, end, timezone, options, queries }: Query): number {
  let size = sizeOf(start) + sizeOf(end) + sizeOf(timezone);
  for (const [key, values] of Object.entries(options ?? {})) size += 16 + values.reduce((sum, { length }) => sum + 16 + length, key.length);
  for (const sub of queries ?? []) size += sizeOfSubQuery(sub);
  return size;
}

export const cut = <T extends string | null>(text: T): T =>
  (text === null || text.length <= TEXT ? text : `${text.slice(0, TEXT)}... (${text.length} characters)`) as T;

function shortFilter(filter: TagValueFilter): TagValueFilter {
  const { type, family, tagk, groupBy, needsNames } = filter;
  const text = cut(filter.filter);
  return {
    type,
    family,
    tagk: cut(tagk),
    filter: text,
    groupBy,
    values: 1,
    literals: () => null,
    release: () => {},
    needsNames,
    matches: () => false,
    steps: 0,
    search: () => null,
    describeConfig: () => text,
  };
}

function shortSubQuery(sub: SubQuery | null): SubQuery | null {
  if (sub === null) return null;
  return {
    ...sub,
    aggregator: cut(sub.aggregator),
    metric: cut(sub.metric),
    downsample: cut(sub.downsample),
    tsuids: sub.tsuids?.slice(0, ELEMENTS).map(cut) ?? null,
    filters: sub.filters?.slice(0, ELEMENTS).map(shortFilter) ?? null,
    percentiles: sub.percentiles?.slice(0, ELEMENTS) ?? null,
  };
}

/** The query if it is short, else as much of it as tells one from another: what is remembered must not keep megabytes alive. */
export function shortened(query: Query): Query {
  if (sizeOfQuery(query) <= WHOLE) return query;
  const options = Object.entries(query.options ?? {}).slice(0, ELEMENTS);
  return {
    ...query,
    start: cut(query.start),
    end: cut(query.end),
    timezone: cut(query.timezone),
    options: query.options && Object.fromEntries(options.map(([key, values]) => [cut(key), values.slice(0, ELEMENTS).map(cut)])),
    queries: query.queries?.slice(0, ELEMENTS).map(shortSubQuery) ?? null,
  };
}
