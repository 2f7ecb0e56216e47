/**
 * Sorts what the log put to large rows before somebody reads or merges them, with others having their turn meanwhile: a row may have a million
 * cells that came in any order, which take seconds to sort. What is sorted is noted where the row's index has what was condensed.
 */
import { sortInSlices } from '../../../util/sort-in-slices';
import type { TimeSlice } from '../../../util/time-slice';
import { CellList } from '../cell-list';
import { compareColumns } from './newest-cells';
import type { CondensedPuts, RowIndex } from './row-index';
import { addCondensed, addPuts, cellCountOf, isPut, type CellPlaces, type RowPart } from './row-puts';

/** Fewer cells than this are sorted by who reads them: some milliseconds. */
const SORT_FROM = 4096;
/** What was sorted before is sorted again with what came since, if it is not so many times as much: there are few sorted lists, and each cell is in few sorts. */
const MOST_TIMES = 8;
/** Cells between two looks at the clock. */
const STEP = 4096;

/** Puts one behind the other of which not all are sorted. */
interface Unsorted {
  /** The row's entry before them, negative: there is none. */
  before: number;
  /** The newest first. */
  entries: number[];
  cells: number;
  /** Of those, in no order. */
  loose: number;
}

/** Under way, by row. */
const sorts = new WeakMap<RowIndex, Map<number, Promise<void>>>();

/** Whether the row has so many cells in no order that `sortAhead` should be waited for. */
export function isToSort({ index, row }: RowPart, sortFrom = SORT_FROM): boolean {
  return index.isLarge(row) && (sorts.get(index)?.has(row) === true || unsortedOf({ index, row }, sortFrom).length > 0);
}

/** `sortAhead` of each. */
export async function sortAllAhead(parts: readonly RowPart[], slice: TimeSlice): Promise<void> {
  for (const part of parts) await sortAhead(part, slice);
}

/**
 * Resolves when all that is there of the row is sorted, but for some thousand cells.
 * @param sortFrom cells between two sorted lists, or other changes, of which fewer are left as they are
 */
export async function sortAhead(part: RowPart, slice: TimeSlice, sortFrom = SORT_FROM): Promise<void> {
  const { index, row } = part;
  if (!index.isLarge(row)) return;
  let running = sorts.get(index);
  if (running === undefined) sorts.set(index, (running = new Map<number, Promise<void>>()));
  for (;;) {
    const other = running.get(row);
    if (other !== undefined) {
      await other;
      continue;
    }
    const unsorted = unsortedOf(part, sortFrom);
    if (unsorted.length === 0) return;
    const sort = sortAll(part, unsorted, slice);
    running.set(row, sort);
    try {
      await sort;
    } finally {
      running.delete(row);
    }
    slice.restart();
  }
}

async function sortAll({ index, row }: RowPart, unsorted: readonly Unsorted[], slice: TimeSlice): Promise<void> {
  for (const puts of unsorted) index.noteSorted(row, await sorted(index, puts, slice));
}

function unsortedOf({ index, row }: RowPart, sortFrom: number): Unsorted[] {
  const found: Unsorted[] = [];
  let puts: Unsorted | null = null;
  const close = (before: number): void => {
    if (puts !== null && puts.loose >= sortFrom) found.push({ ...puts, before });
    puts = null;
  };
  let entry = index.lastEntry(row);
  for (; entry >= 0; entry = index.entryBefore(entry)) {
    const isSorted = index.condensedAt(entry) !== null;
    const cells = cellCountOf(index, entry);
    const open: Unsorted | null = puts;
    if (!isPut(index, entry) || (isSorted && (open === null || cells > MOST_TIMES * open.cells))) {
      close(entry);
      continue;
    }
    puts = open ?? { before: -1, entries: [], cells: 0, loose: 0 };
    puts.entries.push(entry);
    puts.cells += cells;
    if (!isSorted) puts.loose += cells;
  }
  close(entry);
  return found;
}

async function sorted(index: RowIndex, { before, entries }: Unsorted, slice: TimeSlice): Promise<CondensedPuts> {
  const cells = new CellList();
  const from: CellPlaces = { entries: [], places: [] };
  for (const entry of entries.reverse()) {
    const puts = index.condensedAt(entry);
    if (puts === null) addPuts(cells, index, entry, null, from);
    else
      for (let at = 0; at < puts.places.length; at += STEP) {
        addCondensed(cells, index, puts, null, from, [at, Math.min(puts.places.length, at + STEP)]);
        if (slice.isOver()) await slice.next();
      }
    if (slice.isOver()) await slice.next();
  }
  const all = Array.from({ length: cells.count }, (_, i) => i);
  const order = await sortInSlices(all, (a, b) => compareColumns(cells, a, cells, b), slice);
  const newest = await newestOf(cells, order, slice);
  const puts = {
    before,
    upTo: entries[entries.length - 1],
    entries: new Int32Array(newest.length),
    places: new Uint32Array(newest.length),
  };
  for (let n = 0; n < newest.length; n++) {
    puts.entries[n] = from.entries[newest[n]];
    puts.places[n] = from.places[newest[n]];
  }
  return puts;
}

/** Of cells in the order of their columns, and of their coming, those that count. */
async function newestOf(cells: CellList, order: readonly number[], slice: TimeSlice): Promise<number[]> {
  const newest: number[] = [];
  for (let n = 0; n < order.length; n++) {
    const i = order[n];
    const last = newest.length - 1;
    if (last < 0 || compareColumns(cells, newest[last], cells, i) !== 0) newest.push(i);
    else if (cells.timestamps[newest[last]] <= cells.timestamps[i]) newest[last] = i;
    if (n % STEP === 0 && slice.isOver()) await slice.next();
  }
  return newest;
}
