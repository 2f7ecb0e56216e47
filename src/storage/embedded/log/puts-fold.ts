/** Brings cells that the log put to a row into what was there. */
import { CellList } from '../cell-list';
import { compareColumns, NewestCells } from './newest-cells';
import type { RowIndex } from './row-index';
import { addPuts, entriesOf, type IsAsked, type RowPart } from './row-puts';

/** So many cells that stand in order already are merged as they are; fewer are sorted with those that come with them. */
const LIST_OF_ITS_OWN = 4096;

/** Reused from row to row; the lists that it gives are good until the next call. */
export class PutsFold {
  private readonly newest = new NewestCells();
  /** What is merged is in two of them, and becomes the third. */
  private readonly lists = [new CellList(), new CellList(), new CellList()];
  /** Cells that the last `fold` looked at, at least. */
  cost = 0;

  /** @param ownListFrom so many sorted cells are merged as they are */
  constructor(private readonly ownListFrom = LIST_OF_ITS_OWN) {}

  /** Bytes of memory that it has, about. */
  get capacity(): number {
    return this.lists.reduce((sum, list) => sum + list.capacity, this.newest.capacity);
  }

  /**
   * Of the newest cells of each column, and of equal times the last.
   * @param base columns of the row, in order
   * @param parts the row in segments in which it has only puts, the oldest first
   * @param isAsked qualifiers that are asked for; null: all
   * @returns columns in order, `base` itself among them
   */
  fold(base: CellList, parts: readonly RowPart[], isAsked: IsAsked | null): CellList {
    this.cost = 0;
    let cells = base;
    let fresh = this.emptyList(cells);
    for (const part of parts)
      for (const entry of entriesOf(part)) {
        if (this.isSortedList(part.index, entry)) {
          cells = this.merged(cells, fresh, false);
          cells = this.withSorted(cells, part.index, entry, isAsked);
          fresh = this.emptyList(cells);
        } else addPuts(fresh, part.index, entry, isAsked, null);
      }
    return this.merged(cells, fresh, false);
  }

  /** Whether what an entry stands for is so many cells in the order of their columns that they should be merged as they are. */
  isSortedList(index: RowIndex, entry: number): boolean {
    const sorted = index.condensedAt(entry);
    return sorted !== null && sorted.places.length >= this.ownListFrom;
  }

  /** Merges the cells of an entry for which `isSortedList` holds. */
  withSorted(cells: CellList, index: RowIndex, entry: number, isAsked: IsAsked | null): CellList {
    const sorted = this.emptyList(cells);
    addPuts(sorted, index, entry, isAsked, null);
    return this.merged(cells, sorted, true);
  }

  /** One that this one is not in. */
  emptyList(used: CellList, other: CellList | null = null): CellList {
    const free = this.lists.find((list) => list !== used && list !== other);
    if (free === undefined) throw new Error('All lists are in use');
    return free.clear();
  }

  private merged(base: CellList, fresh: CellList, inOrder: boolean): CellList {
    this.cost = Math.max(this.cost, base.count, fresh.count);
    const order = inOrder ? null : this.newest.of(fresh);
    if (order === null && base.count === 0) return fresh;
    const count = order === null ? fresh.count : order.length;
    if (count === 0) return base;
    const out = this.emptyList(base, fresh);
    let b = 0;
    for (let n = 0; n < count; n++) {
      const i = order === null ? n : order[n];
      let difference = 1;
      while (b < base.count && (difference = compareColumns(base, b, fresh, i)) < 0) out.addFrom(base, b++);
      const isThere = b < base.count && difference === 0;
      // Of equal times the log's counts: it is later.
      if (isThere && base.timestamps[b] > fresh.timestamps[i]) out.addFrom(base, b);
      else out.addFrom(fresh, i);
      if (isThere) b++;
    }
    while (b < base.count) out.addFrom(base, b++);
    this.cost = Math.max(this.cost, out.count);
    return out;
  }
}
