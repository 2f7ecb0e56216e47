/** Which cells of a list count: of those of one column the newest, and of equal times the last. */
import { compareBytes, hashOf } from '../bytes';
import type { CellList } from '../cell-list';

const FIRST_SLOTS = 256;
const NONE = -1;

/** Reused from list to list. */
export class NewestCells {
  /** Hash table from columns to the cells that count so far. */
  private slots = new Int32Array(FIRST_SLOTS);
  private newest: number[] = [];

  /** Bytes of memory that it has, about. */
  get capacity(): number {
    return this.slots.byteLength + 8 * this.newest.length;
  }

  /**
   * In the time that it takes to read all cells and to sort those that count: a list may have each column thousands of times.
   * @returns the cells that count, in the order of their columns; good until the next call. Null: all do, and they stand so
   */
  of(cells: CellList): readonly number[] | null {
    return this.atMost(cells, Infinity);
  }

  /** The same if no more cells than `most` count; null: more do, or all and they stand in order. */
  atMost(cells: CellList, most: number): readonly number[] | null {
    if (isInOrder(cells)) return null;
    const newest = this.unsorted(cells);
    return newest.length > most ? null : newest.sort((a, b) => compareColumns(cells, a, cells, b));
  }

  private unsorted(cells: CellList): number[] {
    const slots = this.emptySlots(2 * cells.count);
    const mask = slots.length - 1;
    const { data, timestamps } = cells;
    const newest = this.newest;
    newest.length = 0;
    for (let i = 0; i < cells.count; i++) {
      let slot = hashOf(data, cells.qualifierAt(i), cells.qualifierLength(i)) & mask;
      while (slots[slot] !== NONE && !isSameColumn(cells, newest[slots[slot]], i)) slot = (slot + 1) & mask;
      const known = slots[slot];
      if (known === NONE) {
        slots[slot] = newest.length;
        newest.push(i);
      } else if (timestamps[newest[known]] <= timestamps[i]) newest[known] = i;
    }
    return newest;
  }

  private emptySlots(atLeast: number): Int32Array {
    let size = FIRST_SLOTS;
    while (size < atLeast) size *= 2;
    if (size > this.slots.length) this.slots = new Int32Array(size);
    return this.slots.subarray(0, size).fill(NONE);
  }
}

export function compareColumns(a: CellList, i: number, b: CellList, j: number): number {
  return compareBytes(a.data, a.qualifierAt(i), a.qualifierLength(i), b.data, b.qualifierAt(j), b.qualifierLength(j));
}

function isSameColumn(cells: CellList, i: number, j: number): boolean {
  return cells.qualifierLength(i) === cells.qualifierLength(j) && compareColumns(cells, i, cells, j) === 0;
}

function isInOrder(cells: CellList): boolean {
  for (let i = 1; i < cells.count; i++) if (compareColumns(cells, i - 1, cells, i) >= 0) return false;
  return true;
}
