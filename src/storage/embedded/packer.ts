/**
 * Moves single cells into runs. New cells are written singly, because that needs no look at what is there; when enough of them stand
 * so, they are in LMDB's order already and go over to the runs of their rows, in one transaction.
 */
import { KEY_LENGTH_BYTES, newWindow, readTimestamp, TIMESTAMP_BYTES, valueOffset } from './cell-value';
import { RangeStart, type CellDatabase } from './environment';
import { CellKey, columnEnd, LONG } from './key-codec';
import { CellList, startsWith } from './run-codec';
import { RunWriter } from './runs';

interface Column {
  prefix: Buffer;
  first: number;
}

/** Inside a transaction only. Cells whose keys are stored as hashes stay: they have no order to be packed in. */
export function pack(singles: CellDatabase, runs: CellDatabase): void {
  const cells = new CellList();
  const columns: Column[] = [];
  const staying: Buffer[] = [];
  let prefix: Buffer = Buffer.alloc(0);
  for (const { value: e } of singles.getRange({ start: new RangeStart(new CellKey().setRow(prefix)) })) {
    const { keyBytes, keyStart, keyEnd } = e;
    if (keyEnd - keyStart > LONG) {
      staying.push(Buffer.from(e.value.subarray(0, e.valueLength)));
      continue;
    }
    if (prefix.length === 0 || !startsWith(keyBytes, keyStart, keyEnd, prefix, prefix.length)) {
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
      TIMESTAMP_BYTES,
      e.valueLength - TIMESTAMP_BYTES,
    );
  }
  const writer = new RunWriter(runs);
  columns.forEach((column, i) => writer.add(column.prefix, cells, column.first, columns[i + 1]?.first ?? cells.count));
  singles.clearSync();
  for (const stored of staying) {
    const key = new CellKey().setEncoded(stored, TIMESTAMP_BYTES + KEY_LENGTH_BYTES, valueOffset(stored, true));
    const window = newWindow(stored.length);
    window.end = stored.copy(window);
    void singles.put(key, window);
  }
}
