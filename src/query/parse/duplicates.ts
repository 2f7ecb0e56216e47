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

/**
 * Leaves the first of equal sub-queries. Mirrors QueryRpc's use of a LinkedHashSet and TSSubQuery.equals.
 * @returns where each of those that there were is to be found now, itself or its equal
 */
export function removeDuplicates(query: Query): ReadonlyMap<SubQuery | null, number> {
  if (query.queries?.length === 1) return new Map([[query.queries[0], 0]]);
  const places = new Map<SubQuery | null, number>();
  const seen = new Map<string, number>();
  query.queries = (query.queries ?? []).filter((sub) => {
    const id = sub ? identity(sub) : 'null';
    const same = seen.get(id);
    places.set(sub, same ?? seen.size);
    if (same === undefined) seen.set(id, seen.size);
    return same === undefined;
  });
  return places;
}
