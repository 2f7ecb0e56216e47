/** Cuts large rows into parts by their qualifiers, so that a transaction brings only some of their cells to LMDB. */
import { compareBytes } from '../bytes';
import { found } from './layout';
import { entriesOf, readCondensed, type IsAsked, type RowPart } from './row-puts';

/** Cells of a part, about: some milliseconds of work. */
const PART_CELLS = 32 << 10;

/**
 * Parts that have all cells of a row between them, each some.
 * @param part a row to which only puts were done, sorted by `sortAhead`
 */
export function partsOf(part: RowPart, cells = PART_CELLS): IsAsked[] {
  const borders = bordersOf(part, cells);
  return [null, ...borders].map((low, i) => isBetween(low, i < borders.length ? borders[i] : null));
}

/** Qualifiers at which the largest of the row's sorted lists is cut, in order. */
function bordersOf(part: RowPart, cells: number): Buffer[] {
  const { index } = part;
  const { bytes } = index.segment;
  let largest = null;
  for (const entry of entriesOf(part)) {
    const sorted = index.condensedAt(entry);
    if (sorted !== null && sorted.places.length > (largest?.places.length ?? 0)) largest = sorted;
  }
  const borders: Buffer[] = [];
  if (largest === null) return borders;
  for (let i = cells; i < largest.places.length; i += cells) {
    readCondensed(index, largest, i);
    borders.push(Buffer.from(bytes.subarray(found.qualifierAt, found.qualifierAt + found.qualifierLength)));
  }
  // Of several families each is in order for itself.
  return borders.sort((a, b) => a.compare(b));
}

/** @param low inclusive; null: from the first on @param high exclusive; null: to the last */
function isBetween(low: Buffer | null, high: Buffer | null): IsAsked {
  const isAsked = (bytes: Uint8Array, at: number, length: number): boolean =>
    (low === null || compareBytes(bytes, at, length, low, 0, low.length) >= 0) &&
    (high === null || compareBytes(bytes, at, length, high, 0, high.length) < 0);
  return Object.assign(isAsked, { bounds: [low, high] as const });
}
