import type { TagIds } from '../group';

/** Which series of several variables belong together. Mirrors UnionIterator and IntersectionIterator. */
export interface JoinRule {
  /** Only tags of keys that are named in the filters of the variable's metric count. */
  readonly useQueryTags: boolean;
  /** The keys that a group aggregates over count, too. */
  readonly includeAggTags: boolean;
}

/** What is joined. */
interface Tagged {
  readonly ids: TagIds;
}

/** The series of one variable. */
export interface JoinSide<T extends Tagged> {
  readonly series: readonly T[];
  /** Ids of the keys that the filters of its metric name; null without filters. */
  readonly filterTagks: readonly Buffer[] | null;
}

/** Series that belong together: one of each side, null where a side has none. */
export type Joined<T> = readonly (T | null)[];

/**
 * Ids one after the other, as latin1 text: comparing its code units compares the bytes. Without a common tag the key is empty: keys that
 * are aggregated over only count beside one.
 */
function keyOf({ tags, aggregated }: TagIds, filterTagks: readonly Buffer[] | null, { useQueryTags, includeAggTags }: JoinRule): string {
  if (tags.length === 0) return '';
  let key = '';
  for (const { tagk, tagv } of tags) {
    if (useQueryTags && !filterTagks?.some((named) => named.equals(tagk))) continue;
    key += tagk.toString('latin1') + tagv.toString('latin1');
  }
  if (includeAggTags) for (const tagk of aggregated) key += tagk.toString('latin1');
  return key;
}

/** Series of one side that have no place beside the last one of the same key, which is among `placed`. */
export function displacedBy<T extends Tagged>({ series, filterTagks }: JoinSide<T>, placed: ReadonlySet<T | null>, rule: JoinRule): T[] {
  if (series.every((one) => placed.has(one))) return [];
  const key = (one: T): string => keyOf(one.ids, filterTagks, rule);
  const taken = new Set(series.filter((one) => placed.has(one)).map(key));
  return series.filter((one) => !placed.has(one) && taken.has(key(one)));
}

/** Of series of one side that have the same key the last counts. */
function byKey<T extends Tagged>({ series, filterTagks }: JoinSide<T>, rule: JoinRule): Map<string, T> {
  return new Map(series.map((one) => [keyOf(one.ids, filterTagks, rule), one]));
}

/** Every key of any side, in the order of the keys' bytes. */
export function joinUnion<T extends Tagged>(sides: readonly JoinSide<T>[], rule: JoinRule): Joined<T>[] {
  const maps = sides.map((side) => byKey(side, rule));
  const keys = new Set(maps.flatMap((map) => [...map.keys()]));
  return [...keys].sort(compareKeys).map((key) => maps.map((map) => map.get(key) ?? null));
}

/** The keys that all sides have, in the order of their bytes. */
export function joinIntersection<T extends Tagged>(sides: readonly JoinSide<T>[], rule: JoinRule): Joined<T>[] {
  const maps = sides.map((side) => byKey(side, rule));
  const shared = [...maps[0].keys()].filter((key) => maps.every((map) => map.has(key)));
  return shared.sort(compareKeys).map((key) => maps.map((map) => map.get(key) ?? null));
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
