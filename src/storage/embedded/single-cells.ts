/**
 * Cells that stand singly, in the order of their whole keys, some at a time: what a look-ahead holds was copied out of LMDB, so other
 * ranges can be read in between.
 */
import { KEY_LENGTH_BYTES, readTimestamp, CELL_TIME_BYTES, valueOffset } from './cell-value';
import { RangeStart, type CellDatabase, type Entry, type StoredTable } from './table';
import { CellKey, LONG } from './key-codec';
import { compareBytes, startsWith } from './run-codec';

const FIRST_LOOK = 16;
const LOOK = 1024;
const LOOK_BYTES = 256 << 10;

export interface CellStream {
  /** The next cell, or null at the end of the table. */
  peek(): SingleCell | null;
  advance(): void;
}

export interface SingleCell {
  /** The whole key. */
  key: Buffer;
  value: Buffer;
  timestamp: number;
}

/** A table's single cells from a row on: both generations as one. */
export class SinglesOf implements CellStream {
  private readonly active: SingleCells;
  private readonly other: SingleCells | null = null;

  constructor(table: StoredTable, start: CellKey) {
    const state = table.state();
    this.active = new SingleCells(table.active(state), start);
    const other = table.other(state);
    if (other === null) return;
    const marker = new CellKey().setEncoded(state.marker, 0, state.marker.length);
    const packed = compareBytes(start.bytes, 0, start.length, marker.bytes, 0, marker.length) < 0;
    this.other = new SingleCells(other, packed ? marker : start);
  }

  peek(): SingleCell | null {
    const a = this.active.peek();
    const o = this.other?.peek() ?? null;
    if (a === null || o === null) return a ?? o;
    return a.key.compare(o.key) <= 0 ? a : o;
  }

  advance(): void {
    const a = this.active.peek();
    const o = this.other?.peek() ?? null;
    const order = a === null ? 1 : o === null ? -1 : a.key.compare(o.key);
    if (order <= 0) this.active.advance();
    if (order >= 0) this.other?.advance();
  }
}

class SingleCells implements CellStream {
  private ahead: SingleCell[] = [];
  private at = 0;
  private finished = false;
  private look = FIRST_LOOK;
  private readonly from = new CellKey();
  private last: Buffer | null = null;

  /** @param start row at which, or behind whose start, to begin */
  constructor(
    private readonly cells: CellDatabase,
    start: CellKey,
  ) {
    this.from.setEncoded(start.bytes, 0, start.length);
  }

  peek(): SingleCell | null {
    if (this.at === this.ahead.length && !this.finished) this.fill();
    return this.at < this.ahead.length ? this.ahead[this.at] : null;
  }

  advance(): void {
    this.at++;
  }

  private fill(): void {
    const found: SingleCell[] = [];
    let group: SingleCell[] = [];
    let bytes = 0;
    let full = false;
    const closeGroup = (): void => {
      found.push(...group.sort((a, b) => a.key.compare(b.key)));
      group = [];
    };
    for (const { value: entry } of this.cells.getRange({ start: new RangeStart(this.from) })) {
      const long = entry.keyEnd - entry.keyStart > LONG;
      if (group.length > 0 && (!long || !startsWith(entry.keyBytes, entry.keyStart, entry.keyEnd, group[0].key, LONG))) closeGroup();
      if (group.length === 0 && found.length > 0 && (found.length >= this.look || bytes > LOOK_BYTES)) {
        full = true;
        break;
      }
      const cell = copyOf(entry, long);
      if (!this.isNew(cell.key)) continue;
      bytes += entry.valueLength;
      (long ? group : found).push(cell);
    }
    closeGroup();
    this.finished = !full;
    this.look = Math.min(LOOK, this.look * 4);
    this.ahead = found;
    this.at = 0;
    if (found.length > 0) {
      this.last = found[found.length - 1].key;
      this.from.setEncoded(this.last, 0, this.last.length);
    }
  }

  /** A look starts where the one before ended, at the same cell or before it. */
  private isNew(key: Buffer): boolean {
    return this.last === null || this.last.compare(key) < 0;
  }
}

function copyOf(entry: Entry, long: boolean): SingleCell {
  const { keyBytes, keyStart, keyEnd, value, valueLength } = entry;
  const at = long ? valueOffset(value, true) : CELL_TIME_BYTES;
  return {
    key: long ? Buffer.from(value.subarray(CELL_TIME_BYTES + KEY_LENGTH_BYTES, at)) : Buffer.from(keyBytes.subarray(keyStart, keyEnd)),
    value: Buffer.from(value.subarray(at, valueLength)),
    timestamp: readTimestamp(value),
  };
}
