import type { Uids } from '../uid';
import { IllegalArgumentError } from '../util/errors';
import type { SeriesSelection } from './series-selection';

/** Series of one metric that have each of some tags. */
export interface TaggedSelection extends SeriesSelection {
  readonly metric: Buffer;
  readonly tags: readonly { readonly tagk: Buffer; readonly tagvs: readonly [Buffer] }[];
}

/**
 * The series of a metric that have these tags, by name.
 * @throws IllegalArgumentError `Missing UID name`, NoSuchUniqueName, StorageError
 */
export async function selectionOf(uids: Uids, metric: string, tags: ReadonlyMap<string, string>): Promise<TaggedSelection> {
  for (const name of [metric, ...tags.keys(), ...tags.values()]) if (name === '') throw new IllegalArgumentError('Missing UID name');
  const id = await uids.getId('metrics', metric);
  const pairs: { tagk: Buffer; tagvs: [Buffer] }[] = [];
  for (const [key, value] of tags) pairs.push({ tagk: await uids.getId('tagk', key), tagvs: [await uids.getId('tagv', value)] });
  pairs.sort((a, b) => a.tagk.compare(b.tagk));
  return { metric: id, tags: pairs, anyTagvs: null };
}

/** The series that has these tags and no others. */
export function tsuidOf({ metric, tags }: TaggedSelection): Buffer {
  return Buffer.concat([metric, ...tags.flatMap(({ tagk, tagvs }) => [tagk, ...tagvs])]);
}
