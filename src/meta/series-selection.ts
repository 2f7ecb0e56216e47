import type { RowFilter } from '../storage';
import type { UidWidths } from '../uid';

/** Which series are wanted, in UIDs. */
export interface SeriesSelection {
  /** Null: of any metric. */
  readonly metric: Buffer | null;
  /** Sorted by tagk. `tagvs` null: any value, but the key must be there. */
  readonly tags: readonly { readonly tagk: Buffer; readonly tagvs: readonly Buffer[] | null }[];
  /** The value of any tag must be one of these; null: no such condition. */
  readonly anyTagvs: readonly Buffer[] | null;
}

/**
 * What a selection asks of row keys that end with the tags, as those of data table and meta table do. Undefined: nothing.
 * @param prefixLength where the tags begin
 */
export function selectionFilter({ tags, anyTagvs }: SeriesSelection, prefixLength: number, widths: UidWidths): RowFilter | undefined {
  const filters: RowFilter[] = [];
  if (tags.length > 0) filters.push({ kind: 'tags', prefixLength, tagkWidth: widths.tagk, tagvWidth: widths.tagv, tags, explicit: false });
  if (anyTagvs !== null) {
    const pair = `(?:.{${widths.tagk + widths.tagv}})*`;
    const values = anyTagvs.map(hexEscapes).join('|');
    filters.push({ kind: 'keyRegexp', pattern: `^.{${prefixLength}}${pair}.{${widths.tagk}}(?:${values})${pair}\\z` });
  }
  return filters.length > 1 ? { kind: 'all', filters } : filters[0];
}

/** Bytes in a regular expression over keys. */
function hexEscapes(bytes: Buffer): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
