import type { UidWidths } from '../../uid';
import { createdOfSeries, isDescribedSeries, valuesOfSeries } from '../index/records';
import { seriesField } from './fields';
import { matchesNumber, matchesText, type Matcher } from './matcher';
import type { NameFinder } from './name-finder';
import type { LeafNode, SearchNode } from './nodes';
import type { UidSet, UidSets } from './uid-set';

/** A series of the index that is looked at. */
export interface SeriesRow {
  readonly tsuid: Buffer;
  /** What is known of it, as the index keeps it. */
  readonly value: Buffer;
}

/** What a search asks of a series, with all names found. */
export type SeriesCondition =
  | { readonly kind: 'everything' }
  | { readonly kind: 'names'; readonly sets: UidSets }
  | { readonly kind: 'tag'; readonly keys: UidSet; readonly values: UidSet }
  | { readonly kind: 'tsuid'; readonly matcher: Matcher }
  | { readonly kind: 'created'; readonly matcher: Matcher }
  | { readonly kind: 'own'; readonly field: string | null; readonly matcher: Matcher }
  | { readonly kind: 'any'; readonly of: readonly SeriesCondition[] }
  | { readonly kind: 'all'; readonly of: readonly SeriesCondition[] }
  | { readonly kind: 'none'; readonly of: SeriesCondition };

/** Finds the names of a search. */
export async function seriesCondition(node: SearchNode, names: NameFinder): Promise<SeriesCondition> {
  switch (node.kind) {
    case 'everything':
      return node;
    case 'leaf':
      return leafCondition(node, names);
    case 'boolean': {
      const [must, should, mustNot] = await inTurn([node.must, node.should, node.mustNot], (nodes) =>
        inTurn(nodes, (inner) => seriesCondition(inner, names)),
      );
      const wanted: SeriesCondition[] = must.length > 0 || should.length === 0 ? must : [{ kind: 'any', of: should }];
      return { kind: 'all', of: [...wanted, ...mustNot.map((of): SeriesCondition => ({ kind: 'none', of }))] };
    }
  }
}

async function leafCondition({ field, matcher }: LeafNode, finder: NameFinder): Promise<SeriesCondition> {
  const { names, described, uids, tagk, tsuid, created, own } = seriesField(field);
  const of: SeriesCondition[] = [];
  if (names.length > 0) of.push({ kind: 'names', sets: await finder.named(names, matcher) });
  if (described !== null) of.push({ kind: 'names', sets: await finder.described(described.kinds, described.field, matcher) });
  if (uids.length > 0) of.push({ kind: 'names', sets: await finder.withUid(uids, matcher) });
  if (tagk !== null) {
    // The whole name, not a word of it.
    const keys = await finder.named(['tagk'], { kind: 'words', text: tagk, words: [] });
    of.push({ kind: 'tag', keys: keys.tagk, values: (await finder.named(['tagv'], matcher)).tagv });
  }
  if (tsuid && (field !== null || isHex(matcher))) of.push({ kind: 'tsuid', matcher });
  if (created) of.push({ kind: 'created', matcher });
  if (own !== undefined) of.push({ kind: 'own', field: own, matcher });
  return of.length === 1 ? of[0] : { kind: 'any', of };
}

/** Of all fields together a TSUID is only found by the whole of it. */
function isHex(matcher: Matcher): boolean {
  return matcher.kind === 'words' && /^([0-9a-f]{2})+$/.test(matcher.text);
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** Whether what is known of a series beside its names matters. */
export function readsValues(condition: SeriesCondition): boolean {
  switch (condition.kind) {
    case 'own':
    case 'created':
      return true;
    case 'any':
    case 'all':
      return condition.of.some(readsValues);
    case 'none':
      return readsValues(condition.of);
    default:
      return false;
  }
}

export function fulfils(condition: SeriesCondition, series: SeriesRow, widths: UidWidths): boolean {
  switch (condition.kind) {
    case 'everything':
      return true;
    case 'names':
      return hasName(condition.sets, series.tsuid, widths);
    case 'tag':
      return someTag(
        series.tsuid,
        widths,
        (keyAt, valueAt) => condition.keys.has(series.tsuid, keyAt) && condition.values.has(series.tsuid, valueAt),
      );
    case 'tsuid':
      return matchesText(condition.matcher, series.tsuid.toString('hex'));
    case 'created':
      return matchesNumber(condition.matcher, createdOfSeries(series.value));
    case 'own':
      return isDescribedSeries(series.value) && valuesOfSeries(series.value).matches(condition.field, condition.matcher);
    case 'any':
      return condition.of.some((one) => fulfils(one, series, widths));
    case 'all':
      return condition.of.every((one) => fulfils(one, series, widths));
    case 'none':
      return !fulfils(condition.of, series, widths);
  }
}

function hasName({ metrics, tagk, tagv }: UidSets, tsuid: Buffer, widths: UidWidths): boolean {
  if (metrics.has(tsuid, 0)) return true;
  return someTag(tsuid, widths, (keyAt, valueAt) => tagk.has(tsuid, keyAt) || tagv.has(tsuid, valueAt));
}

function someTag(tsuid: Buffer, { metrics, tagk, tagv }: UidWidths, test: (keyAt: number, valueAt: number) => boolean): boolean {
  for (let at = metrics; at < tsuid.length; at += tagk + tagv) if (test(at, at + tagk)) return true;
  return false;
}
