import type { Query, SubQuery } from './query';

/** Everything that the original compares: not the rollup usage, the index, nor whether a filter groups. */
function identity(sub: SubQuery): string {
  const rate = sub.rateOptions;
  return JSON.stringify([
    sub.aggregator,
    sub.metric,
    sub.tsuids,
    sub.downsample,
    sub.rate,
    rate && [rate.counter, `${rate.counterMax}`, `${rate.resetValue}`, rate.dropResets],
    sub.filters.map((f) => [f.type, f.tagk, f.describeConfig()]),
    sub.explicitTags,
    sub.preAggregate,
    sub.useFuzzyFilter,
    sub.percentiles,
    sub.showHistogramBuckets,
    sub.useMultiGets,
  ]);
}

/** Leaves the first of equal sub-queries. Mirrors QueryRpc's use of a LinkedHashSet and TSSubQuery.equals. */
export function removeDuplicates(query: Query): void {
  if (query.queries !== null && query.queries.length < 2) return;
  const seen = new Set<string>();
  query.queries = (query.queries ?? []).filter((sub) => {
    const id = sub ? identity(sub) : 'null';
    return !seen.has(id) && seen.add(id) !== null;
  });
}
