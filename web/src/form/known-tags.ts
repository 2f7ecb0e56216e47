import type { Series } from '../api/series';

/** What the last answer told of the tags of a metric tab: keys with the values that were seen, and the keys that were merged away. */
export interface KnownTags {
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  readonly aggregated: readonly string[];
}

export function knownTags(series: readonly Series[], tab: number): KnownTags {
  const values = new Map<string, Set<string>>();
  const aggregated = new Set<string>();
  for (const one of series) {
    if (one.tab !== tab) continue;
    for (const [tagk, tagv] of one.tags) {
      const seen = values.get(tagk);
      if (seen === undefined) values.set(tagk, new Set([tagv]));
      else seen.add(tagv);
    }
    for (const tagk of one.aggregateTags) aggregated.add(tagk);
  }
  return { values, aggregated: [...aggregated].sort() };
}
