import type { TagFilter } from '../filter';

const FIXED = 0;
const ANY = 1;
/** With more keys the server takes longer to find the next key to seek to than to read the rows. */
const MAX_KEYS = 64;

export interface FuzzyKey {
  key: Buffer;
  /** One byte for each byte of the key: 0 fixed, 1 any. */
  mask: Buffer;
}

/**
 * The wanted keys with the bytes that are not known left open; null when the filter says nothing about positions (other tags may
 * stand between) or when there would be too many. Of the part before the tags, the bytes that the scan's range fixes are known.
 */
export function fuzzyKeys(
  { prefixLength, tagkWidth, tagvWidth, tags, explicit }: TagFilter,
  start: Buffer,
  stop: Buffer,
): FuzzyKey[] | null {
  if (!explicit || tags.length === 0) return null;
  const count = tags.reduce((product, { tagvs }) => product * (tagvs === null ? 1 : tagvs.length), 1);
  if (count === 0 || count > MAX_KEYS) return null;
  let common = 0;
  while (common < prefixLength && common < start.length && common < stop.length && start[common] === stop[common]) common++;

  let keys: FuzzyKey[] = [{ key: Buffer.alloc(prefixLength), mask: Buffer.alloc(prefixLength, ANY) }];
  start.copy(keys[0].key, 0, 0, common);
  keys[0].mask.fill(FIXED, 0, common);
  for (const { tagk, tagvs } of tags) {
    const values = tagvs === null ? [null] : tagvs;
    keys = keys.flatMap(({ key, mask }) =>
      values.map((tagv) => ({
        key: Buffer.concat([key, tagk, tagv ?? Buffer.alloc(tagvWidth)]),
        mask: Buffer.concat([mask, Buffer.alloc(tagkWidth, FIXED), Buffer.alloc(tagvWidth, tagv === null ? ANY : FIXED)]),
      })),
    );
  }
  return keys;
}
