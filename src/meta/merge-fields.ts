import type { Changes } from '../json';

/** Fields of a record that say when it was made, as well. */
interface Dated {
  created: number;
}

/**
 * What an edit makes of a stored record: fields that it leaves out keep their stored values, or get their defaults with `replace`. Of two times of
 * creation the earlier one stays. Mirrors syncMeta of UIDMeta and TSMeta.
 * @param stored null: there is none, and the edit is the whole
 */
export function mergeFields<T extends Dated>(edit: Changes<T>, stored: T | null, replace: boolean): T {
  const merged = { ...edit.values };
  if (stored === null) return merged;
  if (!replace)
    for (const field of Object.keys(stored) as (keyof T)[]) if (field !== 'created' && !edit.has(field)) merged[field] = stored[field];
  if (stored.created > 0 && (stored.created < merged.created || merged.created === 0)) merged.created = stored.created;
  return merged;
}
