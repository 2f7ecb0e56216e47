/** The packed part of a table: looking up, changing and iterating runs. Changes belong into a transaction. */
import { RangeStart, type CellDatabase } from './table';
import { CellKey } from './key-codec';
import { compareBytes, startsWith } from './bytes';
import { CellList } from './cell-list';
import { addRun, MAX_RUN_BYTES, MAX_RUN_CELLS, RunEncoder, runSize } from './run-codec';

/** LMDB's own lowest key is above some of ours. */
const BELOW_ALL = Uint8Array.of(0);

/** A run as it was read: its key and its cells. */
export interface Run {
  key: Buffer;
  cells: CellList;
}

/** The last run of the column that starts at or before the key (whose first `columnLength` bytes are row and family), or null. */
function runAt(runs: CellDatabase, key: CellKey, columnLength: number, into: CellList): Run | null {
  if (key.isLong) return null;
  for (const { value: e } of runs.getRange({ start: new RangeStart(key), end: BELOW_ALL, reverse: true, limit: 1 })) {
    if (!startsWith(e.keyBytes, e.keyStart, e.keyEnd, key.bytes, columnLength)) return null;
    const run = { key: Buffer.from(e.keyBytes.subarray(e.keyStart, e.keyEnd)), cells: into.clear() };
    addRun(run.cells, e);
    return run;
  }
  return null;
}

/** A run of which only the key is wanted. */
const passing = new CellList();

/** Copies of the column's runs, in order, from the one that holds or precedes `key`'s place up to the last that starts at or before `stop`. */
function runsBetween(runs: CellDatabase, from: CellKey, stop: Uint8Array, stopLength: number, columnLength: number): Run[] {
  const first = runAt(runs, from, columnLength, passing);
  const start = first === null ? from : new CellKey().setEncoded(first.key, 0, first.key.length);
  const found: Run[] = [];
  for (const { value: e } of runs.getRange({ start: new RangeStart(start) })) {
    if (!startsWith(e.keyBytes, e.keyStart, e.keyEnd, from.bytes, columnLength)) break;
    if (compareBytes(e.keyBytes, e.keyStart, e.keyEnd - e.keyStart, stop, 0, stopLength) > 0) break;
    const cells = new CellList();
    addRun(cells, e);
    found.push({ key: Buffer.from(e.keyBytes.subarray(e.keyStart, e.keyEnd)), cells });
  }
  return found;
}

/** Writes cells of one column into its runs. */
export class RunWriter {
  private readonly key = new CellKey();
  private readonly tail = new CellList();
  private readonly merged = new CellList();
  private readonly encoder = new RunEncoder();

  constructor(private readonly runs: CellDatabase) {}

  /**
   * Adds the cells `first..end` of a list, sorted by qualifier. They replace what the runs have of the same qualifiers, if that is not newer.
   * @param column encoded row and family
   */
  add(column: Buffer, cells: CellList, first: number, end: number): void {
    const key = this.key.setEncoded(column, 0, column.length);
    key.setQualifier(cells.data, cells.qualifierAt(end - 1), cells.qualifierLength(end - 1));
    const before = runAt(this.runs, key, column.length, this.tail);
    if (before === null) return this.write(column, cells, first, end);
    const tail = before.cells;
    if (tail.compare(tail.count - 1, cells.data, cells.qualifierAt(first), cells.qualifierLength(first)) < 0) {
      // The usual case: time goes on.
      let fitting = Math.max(0, Math.min(end - first, MAX_RUN_CELLS - tail.count));
      for (let i = first; i < first + fitting; i++) tail.addFrom(cells, i);
      if (fitting > 0 && (tail.count > runSize(tail, 0, tail.count) || !this.replace(before.key, tail))) fitting = 0;
      return this.write(column, cells, first + fitting, end);
    }
    this.merge(column, cells, first, end);
  }

  private merge(column: Buffer, cells: CellList, first: number, end: number): void {
    const stop = Buffer.from(this.key.bytes.subarray(0, this.key.length));
    this.key.setQualifier(cells.data, cells.qualifierAt(first), cells.qualifierLength(first));
    const old = runsBetween(this.runs, this.key, stop, stop.length, column.length);
    const merged = this.merged.clear();
    let next = first;
    for (const run of old) {
      for (let i = 0; i < run.cells.count; i++) {
        const order = (): number => run.cells.compare(i, cells.data, cells.qualifierAt(next), cells.qualifierLength(next));
        while (next < end && order() > 0) merged.addFrom(cells, next++);
        if (next === end || order() !== 0) merged.addFrom(run.cells, i);
        // One that is newer stays. Else the new cell takes its place, which the next round or the end adds.
        else if (run.cells.timestamps[i] > cells.timestamps[next]) {
          merged.addFrom(run.cells, i);
          next++;
        }
      }
      this.remove(run);
    }
    while (next < end) merged.addFrom(cells, next++);
    this.write(column, merged, 0, merged.count);
  }

  /** Writes a run anew. False: it is too long now, and stays as it was. */
  private replace(key: Buffer, cells: CellList): boolean {
    const run = this.encoder.encode(cells, 0, cells.count);
    if (run.end > MAX_RUN_BYTES) return false;
    void this.runs.put(this.key.setEncoded(key, 0, key.length), run);
    return true;
  }

  private remove(run: Run): void {
    void this.runs.remove(new CellKey().setEncoded(run.key, 0, run.key.length));
  }

  private write(column: Buffer, cells: CellList, first: number, end: number): void {
    for (let i = first; i < end;) {
      let size = runSize(cells, i, end);
      let run = this.encoder.encode(cells, i, size);
      while (run.end > MAX_RUN_BYTES && size > 1) run = this.encoder.encode(cells, i, (size = size >> 1));
      this.key.setEncoded(column, 0, column.length).setQualifier(cells.data, cells.qualifierAt(i), cells.qualifierLength(i));
      void this.runs.put(this.key, run);
      i += size;
    }
  }
}
