/**
 * The cells of one row, in all its families, while changes of the log are applied to them. A cell's place in the list is its column:
 * family, zero, qualifier. That orders as (family, qualifier) does.
 */
import type { CellList } from '../cell-list';
import { appended, ChangedCells, type PlainValue } from './changed-cells';
import { FAMILY_MASK, FAMILY_SHIFT, found, Operation, OPERATION_MASK, readLogCell, readVarint } from './layout';
import { PutsFold } from './puts-fold';
import type { CondensedPuts, RowIndex } from './row-index';
import { bodyAt, cellCountOf, entriesOf, onlyThese, rangeOf, readCondensed, type IsAsked, type RowPart } from './row-puts';

/** What came of an entry: whether it did something, and a counter's new value. */
export interface Outcome {
  applied: boolean;
  sum: bigint | null;
}

const COUNTER_BYTES = 8;
/** What a row costs to which more than puts was done, and each entry of it, in cells that are only read. */
const CHANGED_ROW = 32;
const CHANGED_ENTRY = 16;
/** A part of the cells that are there: where sorted cells are as many, they are merged in a list. */
const MERGE_FROM = 16;

/** What the log has of rows, applied to what was there. Reused from row to row. */
export class RowFold {
  /** What the last call took, in cells of a row that is only read; a row may cost much of which nothing is left. */
  cost = 0;

  constructor(private readonly puts = new PutsFold()) {}

  /** Bytes of memory that it has, about. */
  get capacity(): number {
    return this.puts.capacity;
  }

  /**
   * @param base columns of the row without the log, in their order, as `RangeReader` finds them: it sorts those of long keys, which LMDB has in
   * the order of their hashes
   * @param parts the row in the log's segments, the oldest first
   * @param isAsked what is done to other columns is passed by: a row may have thousands, and one be asked for; absent: all are asked for
   * @returns the row's columns, sorted; good until the next call
   */
  fold(base: CellList, parts: readonly RowPart[], isAsked: IsAsked | null = null): CellList {
    const { puts } = this;
    if (parts.every(({ index, row }) => index.hasOnlyPuts(row))) {
      const cells = puts.fold(base, parts, isAsked);
      this.cost = puts.cost;
      return cells;
    }
    let list = base;
    let cells = new ChangedCells(list);
    this.cost = CHANGED_ROW + base.count;
    for (const { index, row } of parts)
      for (const entry of entriesOf({ index, row })) {
        const count = cellCountOf(index, entry);
        // To merge takes less than an object a cell, unless nearly all are there already.
        if (puts.isSortedList(index, entry) && count >= cells.count / MERGE_FROM) {
          list = puts.withSorted(cells.addTo(puts.emptyList(list)), index, entry, isAsked);
          cells = new ChangedCells(list);
          this.cost += list.count;
        } else {
          applyEntry(index, entry, cells, isAsked);
          this.cost += CHANGED_ENTRY * (index.condensedAt(entry) === null ? 1 : count);
        }
      }
    return cells.addTo(puts.emptyList(list));
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
}

/** The columns with the qualifier of an entry that has an outcome: a compare-and-set or an increment is of one column, that of its first cell. */
function isColumnOf(index: RowIndex, entry: number): IsAsked {
  const { bytes } = index.segment;
  const entryAt = index.entryAt(entry);
  readVarint(bytes, bodyAt(bytes, entryAt));
  readLogCell(bytes, found.at, bytes[entryAt] & OPERATION_MASK);
  const qualifier = Buffer.from(bytes.subarray(found.qualifierAt, found.qualifierAt + found.qualifierLength));
  return onlyThese([qualifier]);
}

/** Applies cells that were condensed. */
function applyCondensed(index: RowIndex, puts: CondensedPuts, cells: ChangedCells, isAsked: IsAsked | null): Outcome {
  const { bytes } = index.segment;
  const [start, end] = rangeOf(index, puts, isAsked);
  for (let i = start; i < end; i++) {
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
