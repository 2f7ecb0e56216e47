import type { UidKind, Uids } from '../uid/types';

/** The UIDs of a series, in the order of its tags as written. */
export interface SeriesIds {
  metric: Buffer;
  /** tagk and tagv concatenated, one a tag. */
  pairs: Buffer[];
}

export interface NamedSeries {
  metric: string;
  tags: ReadonlyMap<string, string>;
}

/** The UIDs, when all of them are in the cache. */
export function cachedSeries(uids: Uids, series: NamedSeries): SeriesIds | null {
  const metric = uids.cachedId('metrics', series.metric);
  if (metric === undefined) return null;
  const pairs: Buffer[] = [];
  for (const [key, value] of series.tags) {
    const tagk = uids.cachedId('tagk', key);
    const tagv = tagk && uids.cachedId('tagv', value);
    if (tagk === undefined || tagv === undefined) return null;
    pairs.push(Buffer.concat([tagk, tagv]));
  }
  return { metric, pairs };
}

/**
 * The UIDs, looked up or assigned.
 * @param together ask for all names at once. Otherwise one after the other, in the original's order, so that nothing is assigned
 *   for a point whose metric turns out to be refused
 * @throws NoSuchUniqueName, FailedToAssignUniqueId, StorageError
 */
export async function lookUpSeries(uids: Uids, series: NamedSeries, together: boolean): Promise<SeriesIds> {
  const id = (kind: UidKind, name: string): Buffer | Promise<Buffer> => uids.cachedId(kind, name) ?? uids.getOrCreateId(kind, name, series);
  if (together) {
    const [metric, ...pairs] = await Promise.all([
      id('metrics', series.metric),
      ...[...series.tags].map(async ([key, value]) => Buffer.concat(await Promise.all([id('tagk', key), id('tagv', value)]))),
    ]);
    return { metric, pairs };
  }
  const metric = await id('metrics', series.metric);
  const pairs: Buffer[] = [];
  for (const [key, value] of series.tags) {
    const tagk = await id('tagk', key);
    pairs.push(Buffer.concat([tagk, await id('tagv', value)]));
  }
  return { metric, pairs };
}
