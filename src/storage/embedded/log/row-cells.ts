/**
 * The cells of one row, in all its families, while changes of the log are applied to them. A cell's place in the list is its column:
 * family, zero, qualifier. That orders as (family, qualifier) does.
 */
import { compareBytes, copyBytes } from '../bytes';
import { CellList } from '../cell-list';
import { appended, ChangedCells, type PlainValue } from './changed-cells';
import { BY_REFERENCE, FAMILY_MASK, FAMILY_SHIFT, found, Operation, OPERATION_MASK, readLogCell, readVarint, ROW_HEADER } from './layout';
import { compareColumns, NewestCells } from './newest-cells';
import type { CondensedPuts, RowIndex } from './row-index';

/** A row of one segment. */
export interface RowPart {
  index: RowIndex;
  row: number;
}

/** Of each cell of a list, of which entry it is and where it stands in the segment. */
export interface CellPlaces {
  entries: number[];
  places: number[];
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
  private readonly newest = new NewestCells();
  /** What the last call took, in cells of a row that is only read; a row may cost much of which nothing is left. */
  cost = 0;

  /** Bytes of memory that it has, about. */
  get capacity(): number {
    return this.fresh.capacity + this.merged.capacity + this.newest.capacity;
  }

  /**
   * @param base columns of the row without the log, in their order, as `RangeReader` finds them: it sorts those of long keys, which LMDB has in
   * the order of their hashes
   * @param parts the row in the log's segments, the oldest first
   * @param isAsked what is done to other columns is passed by: a row may have thousands, and one be asked for; absent: all are asked for
   * @returns the row's columns, sorted; good until the next call
   */
  fold(base: CellList, parts: readonly RowPart[], isAsked: IsAsked | null = null): CellList {
    if (parts.every(({ index, row }) => index.hasOnlyPuts(row))) {
      const cells = this.foldPuts(base, parts, isAsked);
      this.cost = Math.max(cells.count, this.fresh.count);
      return cells;
    }
    const cells = new ChangedCells(base);
    this.cost = CHANGED_ROW + base.count;
    for (const part of parts) {
      for (const entry of entriesOf(part)) {
        applyEntry(part.index, entry, cells, isAsked);
        this.cost += CHANGED_ENTRY * (part.index.condensedAt(entry)?.places.length ?? 1);
      }
    }
    return cells.addTo(this.merged.clear());
  }

  /** What came of an entry of the row. @param base as in `fold` */
  outcomeOf(base: CellList, parts: readonly RowPart[], index: RowIndex, entry: number): Outcome {
    const cells = new ChangedCells(base);
    const isAsked = isColumnOf(index, entry);
    for (const part of parts)
      for (const e of entriesOf(part)) {
        const outcome = applyEntry(part.index, e, cells, isAsked);
        if (part.index === index && e === entry) return outcome;
      }
    throw new Error('The entry is not one of the row');
  }

  private foldPuts(base: CellList, parts: readonly RowPart[], isAsked: IsAsked | null): CellList {
    const fresh = this.fresh.clear();
    for (const part of parts) for (const entry of entriesOf(part)) addPuts(fresh, part.index, entry, isAsked, null);
    const order = this.newest.of(fresh);
    if (order === null && base.count === 0) return fresh;
    const out = this.merged.clear();
    const count = order === null ? fresh.count : order.length;
    let b = 0;
    for (let n = 0; n < count; n++) {
      const i = order === null ? n : order[n];
      while (b < base.count && compareColumns(base, b, fresh, i) < 0) out.addFrom(base, b++);
      const isThere = b < base.count && compareColumns(base, b, fresh, i) === 0;
      // Of equal times the log's counts: it is later.
      if (isThere && base.timestamps[b] > fresh.timestamps[i]) out.addFrom(base, b);
      else out.addFrom(fresh, i);
      if (isThere) b++;
    }
    while (b < base.count) out.addFrom(base, b++);
    return out;
  }
}

/** What the log did to a row in the order in which it was written; of what was condensed, the entry that it is known by. */
export function entriesOf({ index, row }: RowPart): readonly number[] {
  const entries: number[] = [];
  for (let entry = index.lastEntry(row); entry >= 0; entry = entryBefore(index, entry)) entries.push(entry);
  return entries.reverse();
}

/** Those of them at the end that only put. */
export function lastPutsOf({ index, row }: RowPart): readonly number[] {
  const entries: number[] = [];
  for (let entry = index.lastEntry(row); entry >= 0 && isPut(index, entry); entry = entryBefore(index, entry)) entries.push(entry);
  return entries.reverse();
}

/** The entry before this one and what was condensed with it; negative: there is none. */
export function entryBefore(index: RowIndex, entry: number): number {
  return index.condensedAt(entry)?.before ?? index.entryBefore(entry);
}

function isPut(index: RowIndex, entry: number): boolean {
  const operation = index.segment.bytes[index.entryAt(entry)] & OPERATION_MASK;
  return operation === Operation.put || operation === Operation.putAt;
}

/** Where the cells of an entry start. */
function bodyAt(bytes: Buffer, entryAt: number): number {
  const at = entryAt + 1;
  return (bytes[entryAt] & BY_REFERENCE) !== 0 ? at + 4 : at + ROW_HEADER + bytes.readUInt16BE(at + 4);
}

/** Adds the cells of an entry that only puts, and of what was condensed with it. @param from notes where they are from; null: nobody asks */
export function addPuts(list: CellList, index: RowIndex, entry: number, isAsked: IsAsked | null, from: CellPlaces | null): void {
  const condensed = index.condensedAt(entry);
  if (condensed !== null) return addCondensed(list, index, condensed, isAsked, from);
  const { bytes } = index.segment;
  const entryAt = index.entryAt(entry);
  const first = bytes[entryAt];
  const operation = first & OPERATION_MASK;
  const { families, time } = index.headOf(entry);
  const family = families[(first >>> FAMILY_SHIFT) & FAMILY_MASK];
  let count = readVarint(bytes, bodyAt(bytes, entryAt));
  for (let at = found.at; count > 0; count--) {
    const place = at;
    readLogCell(bytes, at, operation);
    at = found.at;
    if (isAsked !== null && !isAsked(bytes, found.qualifierAt, found.qualifierLength)) continue;
    addFound(list, bytes, family, operation === Operation.putAt ? found.timestamp : time);
    from?.entries.push(entry);
    from?.places.push(place);
  }
}

function addCondensed(list: CellList, index: RowIndex, puts: CondensedPuts, isAsked: IsAsked | null, from: CellPlaces | null): void {
  const { bytes } = index.segment;
  for (let i = 0; i < puts.places.length; i++) {
    const { family, timestamp } = readCondensed(index, puts, i);
    if (isAsked !== null && !isAsked(bytes, found.qualifierAt, found.qualifierLength)) continue;
    addFound(list, bytes, family, timestamp);
    from?.entries.push(puts.entries[i]);
    from?.places.push(puts.places[i]);
  }
}

/** Reads one of these cells into `found`. */
function readCondensed(index: RowIndex, { entries, places }: CondensedPuts, i: number): { family: Buffer; timestamp: number } {
  const { bytes } = index.segment;
  const first = bytes[index.entryAt(entries[i])];
  const operation = first & OPERATION_MASK;
  const { families, time } = index.headOf(entries[i]);
  readLogCell(bytes, places[i], operation);
  return {
    family: families[(first >>> FAMILY_SHIFT) & FAMILY_MASK],
    timestamp: operation === Operation.putAt ? found.timestamp : time,
  };
}

/** Adds the cell that was read last. */
function addFound(list: CellList, bytes: Buffer, family: Buffer, timestamp: number): void {
  addColumn(list, timestamp, family, bytes, found.qualifierAt, found.qualifierLength, bytes, found.valueAt, found.valueLength);
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

/** Applies cells that were condensed. */
function applyCondensed(index: RowIndex, puts: CondensedPuts, cells: ChangedCells, isAsked: IsAsked | null): Outcome {
  const { bytes } = index.segment;
  for (let i = 0; i < puts.places.length; i++) {
    const { family, timestamp } = readCondensed(index, puts, i);
    const { qualifierAt, qualifierLength, valueAt, valueLength } = found;
    if (isAsked !== null && !isAsked(bytes, qualifierAt, qualifierLength)) continue;
    const column = prefixOf(family) + bytes.toString('latin1', qualifierAt, qualifierAt + qualifierLength);
    putCell(cells, column, bytes.subarray(valueAt, valueAt + valueLength), timestamp);
  }
  return { applied: true, sum: null };
}

function putCell(cells: ChangedCells, column: string, value: Buffer, timestamp: number): void {
  const old = cells.get(column);
  if (old === undefined || old.timestamp <= timestamp) cells.set(column, { value, timestamp });
}

/** What the columns of a family start with. */
function prefixOf(family: Buffer): string {
  return `${family.toString('latin1')}\0`;
}

/** Applies one entry, of any kind, to the cells, and what was condensed with it. */
function applyEntry(index: RowIndex, entry: number, cells: ChangedCells, isAsked: IsAsked | null): Outcome {
  const condensed = index.condensedAt(entry);
  if (condensed !== null) return applyCondensed(index, condensed, cells, isAsked);
  const { bytes } = index.segment;
  const entryAt = index.entryAt(entry);
  const first = bytes[entryAt];
  const operation = first & OPERATION_MASK;
  const { families, time } = index.headOf(entry);
  const number = (first >>> FAMILY_SHIFT) & FAMILY_MASK;
  const prefix = number < families.length ? prefixOf(families[number]) : '';
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
        putCell(cells, column, value, time);
        break;
      case Operation.putAt:
        putCell(cells, column, value, timestamp);
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
