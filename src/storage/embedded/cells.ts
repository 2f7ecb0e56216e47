/** Single cells of a table, wherever they are kept. Changes belong into a transaction. */
import { KEY_LENGTH_BYTES, readTimestamp, CELL_TIME_BYTES, valueOffset } from './cell-value';
import { RangeStart, type CellDatabase, type StoredTable, type TableState } from './table';
import { CellKey, columnEnd, LONG } from './key-codec';
import { compareBytes } from './bytes';
import { CellList } from './cell-list';
import { runAt, RunWriter } from './runs';

const scratch = new CellList();

/** A copy of the cell under this key, or null. */
export function readCell(table: StoredTable, state: TableState, key: CellKey): { value: Buffer; timestamp: number } | null {
  const other = table.other(state);
  const unpacked = other !== null && compareBytes(key.bytes, 0, key.length, state.marker, 0, state.marker.length) >= 0;
  const stored = table.active(state).getBinaryFast(key) ?? (unpacked ? other.getBinaryFast(key) : undefined);
  if (stored !== undefined)
    return { value: Buffer.from(stored.subarray(valueOffset(stored, key.isLong), stored.length)), timestamp: readTimestamp(stored) };
  if (table.runs === null) return null;
  const column = columnEnd(key.bytes, 0);
  const run = runAt(table.runs, key, column, scratch);
  if (run === null) return null;
  const { cells } = run;
  for (let i = 0; i < cells.count; i++) {
    if (cells.compare(i, key.bytes, column, key.length - column) !== 0) continue;
    const at = cells.valueAt(i);
    return { value: Buffer.from(cells.data.subarray(at, at + cells.valueLength(i))), timestamp: cells.timestamps[i] };
  }
  return null;
}

/** When cells of one column were written, 0 for those that aren't there. A run is read once for all of its cells. */
export function cellTimes(table: StoredTable, state: TableState, row: Buffer, family: Buffer, qualifiers: readonly Buffer[]): number[] {
  const key = new CellKey().setColumnFamily(row, family);
  const column = key.length;
  const other = table.other(state);
  const run = new CellList();
  return qualifiers.map((q) => {
    key.setQualifier(q, 0, q.length);
    const unpacked = other !== null && compareBytes(key.bytes, 0, key.length, state.marker, 0, state.marker.length) >= 0;
    const stored = table.active(state).getBinaryFast(key) ?? (unpacked ? other.getBinaryFast(key) : undefined);
    if (stored !== undefined) return readTimestamp(stored);
    if (table.runs === null) return 0;
    if (!spans(run, q) && runAt(table.runs, key, column, run) === null) return 0;
    const at = run.find(q);
    return at < 0 ? 0 : run.timestamps[at];
  });
}

/** Whether a qualifier lies between the first and the last cell of a run. */
function spans(run: CellList, q: Buffer): boolean {
  return run.count > 0 && run.compare(0, q, 0, q.length) <= 0 && run.compare(run.count - 1, q, 0, q.length) >= 0;
}

export function removeCells(table: StoredTable, state: TableState, row: Buffer, family: Buffer, qualifiers: readonly Buffer[]): void {
  const key = new CellKey().setColumnFamily(row, family);
  const column = Buffer.from(key.bytes.subarray(0, key.length));
  for (const q of qualifiers) {
    key.setQualifier(q, 0, q.length);
    void table.active(state).remove(key);
    void table.other(state)?.remove(key);
  }
  if (table.runs !== null) new RunWriter(table.runs).removeCells(column, qualifiers);
}

/** Removes all cells whose whole key starts with these bytes. */
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
