/**
 * The cells of one row, in all its families, while changes of the log are applied to them. A cell's place in the list is its column:
 * family, zero, qualifier. That orders as (family, qualifier) does.
 */
import { compareBytes, copyBytes } from '../bytes';
import { CellList } from '../cell-list';
import { appended, ChangedCells, type PlainValue } from './changed-cells';
import { BY_REFERENCE, FAMILY_MASK, FAMILY_SHIFT, found, Operation, OPERATION_MASK, readLogCell, readVarint, ROW_HEADER } from './layout';
import type { RowIndex } from './row-index';

/** A row of one segment. */
export interface RowPart {
  index: RowIndex;
  row: number;
}

/** Whether a qualifier is one of those that are asked for. */
export type IsAsked = (bytes: Uint8Array, at: number, length: number) => boolean;

/** What came of an entry: whether it did something, and a counter's new value. */
export interface Outcome {
  applied: boolean;
  sum: bigint | null;
}

const COUNTER_BYTES = 8;
/** What a row costs to which more than puts was done, and each entry of it, in cells that are only read. */
const CHANGED_ROW = 32;
const CHANGED_ENTRY = 16;

/** Adds a cell to a list of columns. */
export function addColumn(
  list: CellList,
  timestamp: number,
  family: Uint8Array,
  qualifiers: Uint8Array,
  qualifierAt: number,
  qualifierLength: number,
  values: Uint8Array,
  valueAt: number,
  valueLength: number,
): void {
  let at = list.place(timestamp, family.length + 1 + qualifierLength, valueLength);
  const { data } = list;
  for (let i = 0; i < family.length; i++) data[at++] = family[i];
  data[at++] = 0;
  for (let i = 0; i < qualifierLength; i++) data[at++] = qualifiers[qualifierAt + i];
  copyBytes(values, valueAt, valueLength, data, at);
}

/** Length of the family in the column of a cell. */
export function familyLength(list: CellList, i: number): number {
  let at = list.qualifierAt(i);
  const from = at;
  while (list.data[at] !== 0) at++;
  return at - from;
}

/** Whether two cells are of one family, whose length in the first one is `length`. */
export function isSameFamily(list: CellList, i: number, length: number, j: number): boolean {
  return compareBytes(list.data, list.qualifierAt(i), length + 1, list.data, list.qualifierAt(j), length + 1) === 0;
}

/** What the log has of rows, applied to what was there. Reused from row to row. */
export class RowFold {
  private readonly fresh = new CellList();
  private readonly merged = new CellList();
  private entries: number[] = [];
  private order: number[] = [];
  /** What the last call took, in cells of a row that is only read; a row may cost much of which nothing is left. */
  cost = 0;

  /** Bytes of memory that it has, about. */
  get capacity(): number {
    return this.fresh.capacity + this.merged.capacity + 8 * (this.entries.length + this.order.length);
  }

  /**
   * @param base columns of the row without the log, sorted
   * @param parts the row in the log's segments, the oldest first
   * @param isAsked what is done to other columns is passed by: a row may have thousands, and one be asked for; absent: all are asked for
   * @returns the row's columns, sorted; good until the next call
   */
  fold(base: CellList, parts: readonly RowPart[], isAsked: IsAsked | null = null): CellList {
    if (parts.every(({ index, row }) => index.hasOnlyPuts(row))) {
      const cells = this.foldPuts(base, parts, isAsked);
      this.cost = cells.count;
      return cells;
    }
    const cells = new ChangedCells(this.sorted(base));
    this.cost = CHANGED_ROW + base.count;
    for (const part of parts) {
      const entries = this.entriesOf(part);
      for (const entry of entries) applyEntry(part.index, entry, cells, isAsked);
      this.cost += CHANGED_ENTRY * entries.length;
    }
    return cells.addTo(this.merged.clear());
  }

  /** What came of an entry of the row. */
  outcomeOf(base: CellList, parts: readonly RowPart[], index: RowIndex, entry: number): Outcome {
    const cells = new ChangedCells(this.sorted(base));
    const isAsked = isColumnOf(index, entry);
    for (const part of parts)
      for (const e of this.entriesOf(part)) {
        const outcome = applyEntry(part.index, e, cells, isAsked);
        if (part.index === index && e === entry) return outcome;
      }
    throw new Error('The entry is not one of the row');
  }

  private foldPuts(base: CellList, parts: readonly RowPart[], isAsked: IsAsked | null): CellList {
    const fresh = this.fresh.clear();
    for (const part of parts) for (const entry of this.entriesOf(part)) addPuts(fresh, part.index, entry, isAsked);
    const order = this.sortedOrder(fresh);
    if (order === null && base.count === 0) return fresh;
    const out = this.merged.clear();
    let b = 0;
    for (let n = 0; n < fresh.count; n++) {
      const i = order === null ? n : order[n];
      while (b < base.count && compareColumns(base, b, fresh, i) < 0) out.addFrom(base, b++);
      const last = out.count - 1;
      // Put twice in the log: of equal times the later one counts.
      if (last >= 0 && compareColumns(out, last, fresh, i) === 0) {
        if (out.timestamps[last] <= fresh.timestamps[i]) out.dropLast().addFrom(fresh, i);
        continue;
      }
      if (b < base.count && compareColumns(base, b, fresh, i) === 0 && base.timestamps[b] > fresh.timestamps[i]) out.addFrom(base, b);
      else out.addFrom(fresh, i);
      if (b < base.count && compareColumns(base, b, fresh, i) === 0) b++;
    }
    while (b < base.count) out.addFrom(base, b++);
    return out;
  }

  /** Cells of long keys do not stand in the order of their columns. */
  private sorted(base: CellList): CellList {
    const order = this.sortedOrder(base);
    if (order === null) return base;
    const sorted = this.fresh.clear();
    for (const i of order) sorted.addFrom(base, i);
    return sorted;
  }

  /** The cells in the order of their columns, and of equal ones as they came; null: they stand so. */
  private sortedOrder(cells: CellList): number[] | null {
    let inOrder = true;
    for (let i = 1; i < cells.count && inOrder; i++) inOrder = compareColumns(cells, i - 1, cells, i) < 0;
    if (inOrder) return null;
    const order = this.order;
    order.length = 0;
    for (let i = 0; i < cells.count; i++) order.push(i);
    return order.sort((a, b) => compareColumns(cells, a, cells, b) || a - b);
  }

  /** In the order in which they were written. */
  private entriesOf({ index, row }: RowPart): readonly number[] {
    this.entries = [];
    for (let entry = index.lastEntry(row); entry >= 0; entry = index.entryBefore(entry)) this.entries.push(entry);
    return this.entries.reverse();
  }
}

function compareColumns(a: CellList, i: number, b: CellList, j: number): number {
  return compareBytes(a.data, a.qualifierAt(i), a.qualifierLength(i), b.data, b.qualifierAt(j), b.qualifierLength(j));
}

/** Where the cells of an entry start. */
function bodyAt(bytes: Buffer, entryAt: number): number {
  const at = entryAt + 1;
  return (bytes[entryAt] & BY_REFERENCE) !== 0 ? at + 4 : at + ROW_HEADER + bytes.readUInt16BE(at + 4);
}

function addPuts(list: CellList, index: RowIndex, entry: number, isAsked: IsAsked | null): void {
  const { bytes } = index.segment;
  const entryAt = index.entryAt(entry);
  const first = bytes[entryAt];
  const operation = first & OPERATION_MASK;
  const { families, time } = index.headOf(entry);
  const family = families[(first >>> FAMILY_SHIFT) & FAMILY_MASK];
  let count = readVarint(bytes, bodyAt(bytes, entryAt));
  for (let at = found.at; count > 0; count--) {
    readLogCell(bytes, at, operation);
    at = found.at;
    if (isAsked !== null && !isAsked(bytes, found.qualifierAt, found.qualifierLength)) continue;
    const timestamp = operation === Operation.putAt ? found.timestamp : time;
    addColumn(list, timestamp, family, bytes, found.qualifierAt, found.qualifierLength, bytes, found.valueAt, found.valueLength);
  }
}

/** The columns with the qualifier of an entry that has an outcome: a compare-and-set or an increment is of one column, that of its first cell. */
function isColumnOf(index: RowIndex, entry: number): IsAsked {
  const { bytes } = index.segment;
  const entryAt = index.entryAt(entry);
  readVarint(bytes, bodyAt(bytes, entryAt));
  readLogCell(bytes, found.at, bytes[entryAt] & OPERATION_MASK);
  const { qualifierAt, qualifierLength } = found;
  return (other, at, length) => compareBytes(bytes, qualifierAt, qualifierLength, other, at, length) === 0;
}

/** Applies one entry, of any kind, to the cells. */
function applyEntry(index: RowIndex, entry: number, cells: ChangedCells, isAsked: IsAsked | null): Outcome {
  const { bytes } = index.segment;
  const entryAt = index.entryAt(entry);
  const first = bytes[entryAt];
  const operation = first & OPERATION_MASK;
  const { families, time } = index.headOf(entry);
  const number = (first >>> FAMILY_SHIFT) & FAMILY_MASK;
  const prefix = number < families.length ? `${families[number].toString('latin1')}\0` : '';
  const outcome: Outcome = { applied: true, sum: null };
  if (operation === Operation.deleteRow) cells.deleteAll('');
  if (operation === Operation.deleteFamily) cells.deleteAll(prefix);
  let count = readVarint(bytes, bodyAt(bytes, entryAt));
  for (let at = found.at; count > 0; count--) {
    readLogCell(bytes, at, operation);
    at = found.at;
    const { timestamp, qualifierAt, qualifierLength, valueAt, valueLength } = found;
    if (isAsked !== null && !isAsked(bytes, qualifierAt, qualifierLength)) {
      // The next cell is none of the row, but the value that is expected.
      if (operation === Operation.compareAndSet) return outcome;
      continue;
    }
    const column = prefix + bytes.toString('latin1', qualifierAt, qualifierAt + qualifierLength);
    // A view: what has become of the row is copied at the end.
    const value = bytes.subarray(valueAt, valueAt + valueLength);
    const old = cells.get(column);
    const now = Math.max(time, old?.timestamp ?? 0);
    switch (operation) {
      case Operation.put:
        if (old === undefined || old.timestamp <= time) cells.set(column, { value, timestamp: time });
        break;
      case Operation.putAt:
        if (old === undefined || old.timestamp <= timestamp) cells.set(column, { value, timestamp });
        break;
      case Operation.deleteCells:
        cells.delete(column);
        break;
      case Operation.deleteCellsTo:
        if (old !== undefined && old.timestamp <= timestamp) cells.delete(column);
        break;
      case Operation.append:
        cells.set(column, old === undefined ? { value, timestamp: now } : appended(old, value, now));
        break;
      case Operation.increment: {
        if (old !== undefined && old.value.length !== COUNTER_BYTES) return { applied: false, sum: BigInt(old.value.length) };
        const sum = BigInt.asIntN(64, (old?.value.readBigInt64BE() ?? 0n) + value.readBigInt64BE());
        const counter = Buffer.alloc(COUNTER_BYTES);
        counter.writeBigInt64BE(sum);
        cells.set(column, { value: counter, timestamp: now });
        outcome.sum = sum;
        break;
      }
      case Operation.putIfAbsent:
      case Operation.compareAndSet: {
        if (operation === Operation.putIfAbsent ? old !== undefined : !isExpected(bytes, at, operation, old))
          return { applied: false, sum: null };
        cells.set(column, { value, timestamp: timestamp === 0 ? now : Math.max(timestamp, old?.timestamp ?? 0) });
        return outcome;
      }
    }
  }
  return outcome;
}

/** @param at where the cell with the expected value stands */
function isExpected(bytes: Buffer, at: number, operation: number, old: PlainValue | undefined): boolean {
  readLogCell(bytes, at, operation);
  return old?.value.equals(bytes.subarray(found.valueAt, found.valueAt + found.valueLength)) === true;
}
