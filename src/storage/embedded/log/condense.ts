/**
 * Finds out which cells of a row count while it is written to. A client may send the same points millions of times in the life of a
 * segment; who reads or merges the row would come upon all of them at once.
 */
import { hashOf } from '../bytes';
import { CellList } from '../cell-list';
import { NewestCells } from './newest-cells';
import { addPuts, lastPutsOf, type CellPlaces, type IsAsked, type RowPart } from './row-puts';
import type { RowIndex } from './row-index';

/** What is larger than this afterwards is left to the garbage collector. */
const KEPT_BYTES = 4 << 20;

let cells = new CellList();
let newest = new NewestCells();

/** Of more cells than this, some columns are looked at first: whether it is worth it to look at all. */
const SAMPLED_FROM = 64 << 10;
const SAMPLE_BITS = 4;
/** A qualifier is in the sample or is not, wherever it stands. */
const isInSample = (bytes: Uint8Array, at: number, length: number): boolean => hashOf(bytes, at, length) >>> (32 - SAMPLE_BITS) === 0;

/** Notes which cells of a row count that were put to it since something else was done, if most of them do not. */
export function condense(index: RowIndex, row: number): void {
  const part = { index, row };
  if (index.looseCells(row) > SAMPLED_FROM && countingOf(part, isInSample, null) === null) index.setCondensed(row, null);
  else {
    const from: CellPlaces = { entries: [], places: [] };
    const counting = countingOf(part, null, from);
    const [first] = lastPutsOf(part);
    index.setCondensed(
      row,
      counting && {
        before: index.entryBefore(first),
        upTo: index.lastEntry(row),
        entries: Int32Array.from(counting, (i) => from.entries[i]),
        places: Uint32Array.from(counting, (i) => from.places[i]),
      },
    );
  }
  if (cells.capacity > KEPT_BYTES) cells = new CellList();
  if (newest.capacity > KEPT_BYTES) newest = new NewestCells();
}

/** The cells that count, by their places in `cells`; null: more than half of them do. */
function countingOf(part: RowPart, isAsked: IsAsked | null, from: CellPlaces | null): readonly number[] | null {
  cells.clear();
  for (const entry of lastPutsOf(part)) addPuts(cells, part.index, entry, isAsked, from);
  return newest.atMost(cells, cells.count / 2);
}
