import { PackedCells } from './packed-cells';
import type { PackedRows } from './packed-rows';
import type { Failure, MutateOptions, RowPut, Storage } from './storage';

/** A row as an object; key and cells are views of the buffer that it is in. */
export function putOf(rows: PackedRows, i: number): RowPut {
  const bytes = rows.bytes(i);
  const cellsAt = rows.keyAt(i) + rows.keyLength(i);
  const row = bytes.subarray(rows.keyAt(i), cellsAt);
  const cells = PackedCells.view(bytes.subarray(cellsAt, cellsAt + rows.cellsLength(i)), rows.cellCount(i));
  const timestamps = rows.timestamps(i);
  return timestamps === undefined ? { row, cells } : { row, cells, timestamps };
}

/** All of them, for stores that take nothing else. */
export function putsOf(rows: PackedRows): RowPut[] {
  return Array.from({ length: rows.size }, (_, i) => putOf(rows, i));
}

/** Puts the rows as they are where the store takes them so, else as objects. */
export function putPacked(
  store: Pick<Storage, 'put' | 'putRows'>,
  table: string,
  family: Buffer,
  rows: PackedRows,
  options: MutateOptions,
): Promise<Failure[]> {
  return store.putRows?.(table, family, rows, options) ?? store.put(table, family, putsOf(rows), options);
}
