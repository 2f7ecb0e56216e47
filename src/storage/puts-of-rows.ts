import { PackedCells } from './packed-cells';
import type { PackedRows } from './packed-rows';
import type { RowPut } from './storage';

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
