/**
 * Moves single cells into runs. Before there was a log, all cells of packed tables were written singly first; stores from that time have
 * some, and must have them in runs before anything newer is.
 */
import { KEY_LENGTH_BYTES, newWindow, readTimestamp, CELL_TIME_BYTES, valueOffset } from './cell-value';
import { CellKey, columnEnd, LONG } from './key-codec';
import { startsWith } from './bytes';
import { CellList } from './cell-list';
import { RunWriter } from './runs';
import { RangeStart, type CellDatabase, type StoredTable } from './table';

/** What a column costs beside its cells, in cells: its run is looked up and written. */
const COLUMN_WORK = 8;
const NOTHING = Buffer.alloc(0);

/** `packed`: go on. `swapped`: the active generation is now to be packed. `idle`: there was nothing to do. */
type Step = 'packed' | 'swapped' | 'idle';

interface Column {
  prefix: Buffer;
  first: number;
}

/** What a slice moves. */
const gathered = new CellList();

/**
 * Packs the next slice; inside a transaction only.
 * @param work how much, in cells; 10,000 hold the event loop and LMDB's write lock for 5 to 20 ms
 * @param maySwap when there is nothing left to pack, the active generation becomes what is to be packed
 */
export function packSlice(table: StoredTable, work: number, maySwap: boolean): Step {
  const state = table.state();
  const from = table.other(state);
  if (from === null || table.runs === null) return 'idle';
  const cells = gathered.clear();
  const columns: Column[] = [];
  const long: Buffer[] = [];
  let marker = NOTHING;
  let prefix = NOTHING;
  const start = new CellKey();
  if (state.marker.length > 0) start.setEncoded(state.marker, 0, state.marker.length);
  else start.setRow(NOTHING);
  for (const { value: e } of from.getRange({ start: new RangeStart(start) })) {
    const { keyBytes, keyStart, keyEnd } = e;
    if (keyEnd - keyStart > LONG) {
      long.push(Buffer.from(e.value.subarray(0, e.valueLength)));
      continue;
    }
    if (prefix.length === 0 || !startsWith(keyBytes, keyStart, keyEnd, prefix, prefix.length)) {
      if (cells.count + COLUMN_WORK * columns.length >= work) {
        marker = Buffer.from(keyBytes.subarray(keyStart, keyEnd));
        break;
      }
      prefix = Buffer.from(keyBytes.subarray(keyStart, columnEnd(keyBytes, keyStart)));
      columns.push({ prefix, first: cells.count });
    }
    const qualifierAt = keyStart + prefix.length;
    cells.add(
      readTimestamp(e.value),
      keyBytes,
      qualifierAt,
      keyEnd - qualifierAt,
      e.value,
      CELL_TIME_BYTES,
      e.valueLength - CELL_TIME_BYTES,
    );
  }
  if (columns.length + long.length === 0) {
    if (!maySwap) return 'idle';
    table.setState({ ...state, active: 1 - state.active, marker: NOTHING });
    return 'swapped';
  }
  const writer = new RunWriter(table.runs);
  columns.forEach((column, i) => writer.add(column.prefix, cells, column.first, columns[i + 1]?.first ?? cells.count));
  stay(table.active(state), long);
  if (marker.length === 0) from.clearSync();
  table.setState({ ...state, marker });
  return 'packed';
}

/** Cells whose keys are stored as hashes have no order to be packed in: they go on to the generation that is written. */
function stay(active: CellDatabase, long: readonly Buffer[]): void {
  for (const stored of long) {
    const key = new CellKey().setEncoded(stored, CELL_TIME_BYTES + KEY_LENGTH_BYTES, valueOffset(stored, true));
    if (active.getBinaryFast(key) !== undefined) continue;
    const window = newWindow(stored.length);
    window.end = stored.copy(window);
    void active.put(key, window);
  }
}
