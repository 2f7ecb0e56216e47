import { selectionOf, tsuidOf, type SeriesSelection } from '../../meta';
import { hexToUid } from '../../schema';
import type { SeriesNames, Uids } from '../../uid';
import { ClientError } from '../../util/errors';
import type { LastSubQuery } from './query';

/** Certain series, with their names where the question had them, or those of a metric that have certain tags. */
export type Wanted =
  | { readonly kind: 'series'; readonly tsuids: readonly Buffer[]; readonly names: SeriesNames | null }
  | { readonly kind: 'metric'; readonly selection: SeriesSelection & { readonly metric: Buffer } };

/**
 * The series of a sub-query. Looking back needs the complete tags of one series, going by counters any of them. Mirrors TSUIDQuery.
 * @throws ClientError 400, NoSuchUniqueName, IllegalArgumentError
 */
export async function resolveSubQuery(uids: Uids, sub: LastSubQuery | null, backScan: number): Promise<Wanted> {
  if (sub === null) throw new ClientError(400, 'A sub query is null');
  if (sub.tsuids !== null && sub.tsuids.length > 0) {
    const tsuids = sub.tsuids.map((tsuid) => parseTsuid(uids, tsuid));
    checkBackScan(backScan);
    return { kind: 'series', tsuids, names: null };
  }
  if (sub.metric === null || sub.metric === '') throw new ClientError(400, 'Metric cannot be null or empty');
  const tags = [...(sub.tags ?? [])];
  if (backScan > 0 && tags.length === 0) throw new ClientError(400, 'Tags cannot be null or empty when getting a TSUID');
  const names = new Map<string, string>();
  for (const [key, value] of tags) {
    if (value === null) throw new ClientError(400, `The value of the tag '${key}' is null`);
    if (key === '' || value === '') throw new ClientError(400, 'Missing UID name');
    names.set(key, value);
  }
  const selection = await selectionOf(uids, sub.metric, names);
  if (backScan > 0) {
    return { kind: 'series', tsuids: [tsuidOf(selection)], names: { metric: sub.metric, tags: names } };
  }
  return { kind: 'metric', selection };
}

/** Asked where there is a series to look back for; a metric without series has an empty answer. @throws ClientError 400 */
export function checkBackScan(backScan: number): void {
  if (backScan < 0) throw new ClientError(400, 'Backscan must be zero or a positive number');
}

/** @throws IllegalArgumentError, ClientError 400 */
function parseTsuid({ widths }: Uids, text: string | null): Buffer {
  const tsuid = hexToUid(text ?? '');
  if (tsuid.length < widths.metrics + widths.tagk + widths.tagv) {
    throw new ClientError(400, 'TSUID must not be null and must have a metric and at least one tag pair');
  }
  return tsuid;
}
