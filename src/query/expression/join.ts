import { sortSteps } from '../../util/sort-in-slices';
import type { TagIds } from '../group';
import type { Hold } from './series';

/** Series whose keys are made, or looked up, between two turns of others. */
const KEYS_A_TURN = 1024;
/** What an array of joined series takes beside its elements, as so many points. */
const JOINED_AS_POINTS = 4;

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
function* byKey<T extends Tagged>({ series, filterTagks }: JoinSide<T>, rule: JoinRule): Generator<null, Map<string, T>> {
  const found = new Map<string, T>();
  for (let i = 0; i < series.length; i++) {
    found.set(keyOf(series[i].ids, filterTagks, rule), series[i]);
    if (i % KEYS_A_TURN === 0) yield null;
  }
  return found;
}

function* allByKey<T extends Tagged>(sides: readonly JoinSide<T>[], rule: JoinRule): Generator<null, Map<string, T>[]> {
  const maps: Map<string, T>[] = [];
  for (const side of sides) maps.push(yield* byKey(side, rule));
  return maps;
}

/** The members of each key, in the order of the keys' bytes. */
function* members<T>(keys: string[], maps: readonly Map<string, T>[], hold: Hold): Generator<null, Joined<T>[]> {
  hold(keys.length * (maps.length + JOINED_AS_POINTS));
  const sorted = yield* sortSteps(keys, compareKeys);
  const joined: Joined<T>[] = [];
  const atOnce = Math.max(1, Math.floor(KEYS_A_TURN / maps.length));
  for (let i = 0; i < sorted.length; i++) {
    joined.push(maps.map((map) => map.get(sorted[i]) ?? null));
    if (i % atOnce === 0) yield null;
  }
  return joined;
}

/**
 * Every key of any side, in the order of the keys' bytes. Null: others may have a turn here.
 * @param hold told of what the result takes, as points
 */
export function* joinUnion<T extends Tagged>(sides: readonly JoinSide<T>[], rule: JoinRule, hold: Hold): Generator<null, Joined<T>[]> {
  const maps = yield* allByKey(sides, rule);
  const keys = new Set<string>();
  for (const map of maps) {
    for (const key of map.keys()) keys.add(key);
    yield null;
  }
  return yield* members([...keys], maps, hold);
}

/** The keys that all sides have, as `joinUnion`. */
export function* joinIntersection<T extends Tagged>(
  sides: readonly JoinSide<T>[],
  rule: JoinRule,
  hold: Hold,
): Generator<null, Joined<T>[]> {
  const maps = yield* allByKey(sides, rule);
  const shared = [...maps[0].keys()].filter((key) => maps.every((map) => map.has(key)));
  return yield* members(shared, maps, hold);
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
