/** Brings what a segment has of a row to LMDB. Within a transaction. */
import { behind } from '../bytes';
import { ValueArena, readTimestamp } from '../cell-value';
import { removeStartingWith } from '../cells';
import { CellKey, encodedRowLength, LONG } from '../key-codec';
import { RangeReader } from '../range-reader';
import { CellList } from '../cell-list';
import { RunWriter } from '../runs';
import type { StoredTable } from '../table';
import { RowFold } from './row-cells';
import type { RowIndex } from './row-index';
import { addColumn, familyLength, isSameFamily, type IsAsked, type RowPart } from './row-puts';

const ONE_ROW = { rows: 1, bytes: Infinity, entries: Infinity };
const fold = new RowFold();
const base = new CellList();
const column = new CellList();
const key = new CellKey();
const writers = new WeakMap<StoredTable, RunWriter>();

export function mergeRow(table: StoredTable, index: RowIndex, row: number): void {
  const name = index.key(row);
  base.clear();
  if (index.hasOnlyPuts(row)) return write(table, name, fold.fold(base, [{ index, row }]));
  readColumns(table, name, base);
  const cells = fold.fold(base, [{ index, row }]);
  removeStartingWith(table, table.state(), key.setRow(name));
  write(table, name, cells);
}

/**
 * Brings a part of a row's cells, which are only puts, to LMDB. Until the log's state says that the row is merged its cells are read of the log, too, and
 * all of this may be done again.
 */
export function mergeRowPart(table: StoredTable, { index, row }: RowPart, isInPart: IsAsked): void {
  write(table, index.key(row), fold.fold(base.clear(), [{ index, row }], isInPart));
}

/** Adds the columns that LMDB has of a row. */
export function readColumns(table: StoredTable, name: Buffer, into: CellList): CellList {
  const [row] = new RangeReader(table, { start: name, stop: behind(name), accepts: null }, ONE_ROW).read().rows;
  if (row === undefined) return into;
  const { data } = row.block;
  let family = row.family(0);
  for (let i = 0; i < row.size; i++) {
    if (i > 0 && row.familyOffset(i) !== row.familyOffset(i - 1)) family = row.family(i);
    addColumn(
      into,
      row.timestamp(i),
      family,
      data,
      row.qualifierOffset(i),
      row.qualifierLength(i),
      data,
      row.valueOffset(i),
      row.valueLength(i),
    );
  }
  return into;
}

/** Puts the cells where the table has none of their columns that is newer. */
function write(table: StoredTable, row: Buffer, cells: CellList): void {
  for (let i = 0; i < cells.count;) {
    const first = i;
    const from = cells.qualifierAt(first);
    const length = familyLength(cells, first);
    column.clear();
    for (; i < cells.count && isSameFamily(cells, first, length, i); i++)
      column.add(
        cells.timestamps[i],
        cells.data,
        cells.qualifierAt(i) + length + 1,
        cells.qualifierLength(i) - length - 1,
        cells.data,
        cells.valueAt(i),
        cells.valueLength(i),
      );
    writeColumn(table, row, cells.data.subarray(from, from + length));
  }
}

function writeColumn(table: StoredTable, row: Buffer, family: Buffer): void {
  const fixed = encodedRowLength(row.length) + family.length + 1;
  const { runs } = table;
  if (runs === null) throw new Error(`Table ${table.name} has no runs`);
  key.setColumnFamily(row, family);
  const prefix = Buffer.from(key.bytes.subarray(0, key.length));
  let writer = writers.get(table);
  if (writer === undefined) writers.set(table, (writer = new RunWriter(runs)));
  let longest = 0;
  for (let i = 0; i < column.count; i++) longest = Math.max(longest, column.qualifierLength(i));
  if (fixed + longest <= LONG) return writer.add(prefix, column, 0, column.count);
  for (let i = 0; i < column.count; i++)
    if (fixed + column.qualifierLength(i) <= LONG) writer.add(prefix, column, i, i + 1);
    else putSingle(table, i);
}

/** A cell whose key is too long for a run. `key` has its row and family. */
function putSingle(table: StoredTable, i: number): void {
  const cells = table.active(table.state());
  key.setQualifier(column.data, column.qualifierAt(i), column.qualifierLength(i));
  const old = cells.getBinaryFast(key);
  if (old !== undefined && readTimestamp(old) > column.timestamps[i]) return;
  const arena = new ValueArena(column.valueLength(i) + key.length + 64);
  void cells.put(key, arena.add(key, column.timestamps[i], column.data, column.valueAt(i), column.valueLength(i)));
}
