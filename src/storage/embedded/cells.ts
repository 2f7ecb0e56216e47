/** Single cells of a table. What changes them belongs into a transaction. */
import { KEY_LENGTH_BYTES, readTimestamp, CELL_TIME_BYTES, valueOffset } from './cell-value';
import { RangeStart, type CellDatabase, type StoredTable, type TableState } from './table';
import { CellKey, LONG } from './key-codec';

/** A copy of the cell under this key, or null. Of a table that is not packed. */
export function readCell(table: StoredTable, state: TableState, key: CellKey): { value: Buffer; timestamp: number } | null {
  const stored = table.active(state).getBinaryFast(key);
  if (stored === undefined) return null;
  return { value: Buffer.from(stored.subarray(valueOffset(stored, key.isLong), stored.length)), timestamp: readTimestamp(stored) };
}

/** When cells of one column were written, 0 for those that aren't there. Of a table that is not packed. */
export function cellTimes(table: StoredTable, state: TableState, row: Buffer, family: Buffer, qualifiers: readonly Buffer[]): number[] {
  const key = new CellKey().setColumnFamily(row, family);
  return qualifiers.map((q) => {
    const stored = table.active(state).getBinaryFast(key.setQualifier(q, 0, q.length));
    return stored === undefined ? 0 : readTimestamp(stored);
  });
}

/** Of a table that is not packed. */
export function removeCells(table: StoredTable, state: TableState, row: Buffer, family: Buffer, qualifiers: readonly Buffer[]): void {
  const key = new CellKey().setColumnFamily(row, family);
  for (const q of qualifiers) void table.active(state).remove(key.setQualifier(q, 0, q.length));
}

/** Removes all cells whose whole key starts with these bytes, runs among them. */
export function removeStartingWith(table: StoredTable, state: TableState, start: CellKey): void {
  for (const place of [table.active(state), table.other(state), table.runs]) if (place !== null) removeFrom(place, start);
}

function removeFrom(cells: CellDatabase, start: CellKey): void {
  const prefix = start.bytes.subarray(0, start.length);
  const found: Buffer[] = [];
  for (const { value: entry } of cells.getRange({ start: new RangeStart(start) })) {
    const { keyBytes, keyStart, keyEnd, value } = entry;
    const long = keyEnd - keyStart > LONG;
    const key = long
      ? Buffer.from(value.subarray(CELL_TIME_BYTES + KEY_LENGTH_BYTES, valueOffset(value, true)))
      : Buffer.from(keyBytes.subarray(keyStart, keyEnd));
    if (key.subarray(0, prefix.length).equals(prefix)) found.push(key);
    else if (!long || !key.subarray(0, LONG).equals(prefix.subarray(0, LONG))) break;
  }
  const key = new CellKey();
  for (const encoded of found) void cells.remove(key.setEncoded(encoded, 0, encoded.length));
}
