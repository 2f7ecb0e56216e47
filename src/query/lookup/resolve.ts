import type { SeriesSelection } from '../../meta';
import { NoSuchUniqueName, type UidKind, type Uids } from '../../uid';
import { ClientError } from '../../util/errors';
import type { LookupQuery, LookupTag } from './query';

const ANY = '*';
/** The original's message for whatever it has none for. */
const UNEXPECTED = 'Unexpected exception';

const isAny = (name: string | null): name is null => name === null || name === ANY;

/** @throws ClientError 404 for a name that nobody has, 400 for one that can't be */
async function idOf(uids: Uids, kind: UidKind, name: string): Promise<Buffer> {
  if (name === '') throw new ClientError(400, UNEXPECTED, 'Missing UID name');
  try {
    return await uids.getId(kind, name);
  } catch (e) {
    if (!(e instanceof NoSuchUniqueName)) throw e;
    throw new ClientError(404, 'Unable to resolve one or more UIDs', e.message, { cause: e });
  }
}

/**
 * The series that a lookup wants, in UIDs. Different keys must all be there; of several values of one key any will do; a value without a
 * key may have any, but counts only when no key is given at all. Mirrors TimeSeriesLookup.resolveUIDs and getRowKeyRegex.
 * @throws ClientError
 */
export async function resolveLookup(uids: Uids, { metric, tags }: LookupQuery): Promise<SeriesSelection> {
  if (metric === null && (tags ?? []).length === 0) {
    throw new ClientError(400, 'Missing metric and tags. Please supply at least one value.');
  }
  const metricId = isAny(metric) || metric === '' ? null : await idOf(uids, 'metrics', metric);
  const keyed = new Map<string, { tagk: Buffer; tagvs: Buffer[] | null }>();
  const values: Buffer[] = [];
  for (const tag of tags ?? []) {
    const { tagk, tagv } = await resolveTag(uids, tag);
    if (tagk === null) {
      if (tagv !== null) values.push(tagv);
      continue;
    }
    const id = tagk.toString('latin1');
    const known = keyed.get(id);
    if (known === undefined) keyed.set(id, { tagk, tagvs: tagv && [tagv] });
    else if (tagv === null) known.tagvs = null;
    else known.tagvs?.push(tagv);
  }
  const sorted = [...keyed.values()].sort((a, b) => a.tagk.compare(b.tagk));
  return { metric: metricId, tags: sorted, anyTagvs: sorted.length === 0 && values.length > 0 ? values : null };
}

/** UIDs of both sides; null for any. @throws ClientError */
async function resolveTag(uids: Uids, tag: LookupTag | null): Promise<{ tagk: Buffer | null; tagv: Buffer | null }> {
  if (tag === null) throw new ClientError(400, UNEXPECTED, 'A tag is null');
  const { key, value } = tag;
  if (isAny(key) && isAny(value)) throw new ClientError(400, UNEXPECTED, 'A tag must have a key or a value');
  return {
    tagk: isAny(key) ? null : await idOf(uids, 'tagk', key),
    tagv: isAny(value) ? null : await idOf(uids, 'tagv', value),
  };
}
