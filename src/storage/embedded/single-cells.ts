/**
 * Cells that stand singly, in the order of their whole keys, some at a time: what a look-ahead holds was copied out of LMDB, so other
 * ranges can be read in between.
 */
import { KEY_LENGTH_BYTES, readTimestamp, CELL_TIME_BYTES, valueOffset } from './cell-value';
import { RangeStart, type CellDatabase, type Entry, type StoredTable } from './table';
import { CellKey, LONG } from './key-codec';
import { compareBytes, copyBytes, startsWith } from './bytes';

const FIRST_LOOK = 16;
const LOOK = 1024;
const LOOK_BYTES = 256 << 10;

export interface CellStream {
  /** The next cell, or null at the end of the table. */
  peek(): SingleCell | null;
  advance(): void;
}

/** A cell as it was copied. */
export interface SingleCell {
  /** Holds the whole key and the value; good until the stream has been asked for the next cell but this. */
  readonly data: Buffer;
  readonly keyAt: number;
  readonly keyEnd: number;
  readonly valueAt: number;
  readonly valueEnd: number;
  readonly timestamp: number;
}

function compareKeys(a: SingleCell, b: SingleCell): number {
  return compareBytes(a.data, a.keyAt, a.keyEnd - a.keyAt, b.data, b.keyAt, b.keyEnd - b.keyAt);
}

/** A table's single cells from a row on: both generations as one. */
export class SinglesOf implements CellStream {
  private readonly active = new SingleCells();
  private readonly other = new SingleCells();
  private readonly marker = new CellKey();

  /** Begins; what was read before is good no longer. */
  open(table: StoredTable, start: CellKey): this {
    const state = table.state();
    this.close();
    this.active.open(table.active(state), start);
    const other = table.other(state);
    if (other === null) return this;
    const marker = this.marker.setEncoded(state.marker, 0, state.marker.length);
    const packed = compareBytes(start.bytes, 0, start.length, marker.bytes, 0, marker.length) < 0;
    this.other.open(other, packed ? marker : start);
    return this;
  }

  peek(): SingleCell | null {
    const a = this.active.peek();
    const o = this.other.peek();
    if (a === null || o === null) return a ?? o;
    return compareKeys(a, o) <= 0 ? a : o;
  }

  advance(): void {
    const a = this.active.peek();
    const o = this.other.peek();
    const order = a === null ? 1 : o === null ? -1 : compareKeys(a, o);
    if (order <= 0) this.active.advance();
    if (order >= 0) this.other.advance();
  }

  /** What was copied is good no longer. */
  close(): void {
    this.active.close();
    this.other.close();
  }
}

/** Copies of a look-ahead lie one behind the other in such a buffer, which serves the next look, and the next reader. */
const FIRST_ROOM = 16 << 10;
const KEPT_ROOM = 1 << 20;
const NOTHING = Buffer.alloc(0);

class SingleCells implements CellStream {
  /** Null: it is closed, and has no cells. */
  private cells: CellDatabase | null = null;
  private readonly ahead: SingleCell[] = [];
  private at = 0;
  private finished = true;
  private look = FIRST_LOOK;
  /** The last cell's key, or where to begin. */
  private readonly from = new CellKey();
  private hasLast = false;
  private data = NOTHING;
  private used = 0;

  /** @param start row at which, or behind whose start, to begin */
  open(cells: CellDatabase, start: CellKey): void {
    this.cells = cells;
    this.finished = this.hasLast = false;
    this.look = FIRST_LOOK;
    this.from.setEncoded(start.bytes, 0, start.length);
  }

  peek(): SingleCell | null {
    if (this.at === this.ahead.length && !this.finished) this.fill();
    return this.at < this.ahead.length ? this.ahead[this.at] : null;
  }

  advance(): void {
    this.at++;
  }

  close(): void {
    this.ahead.length = this.at = 0;
    this.finished = true;
    this.cells = null;
    if (this.data.length > KEPT_ROOM) this.data = NOTHING;
  }

  private fill(): void {
    const { ahead: found, cells } = this;
    if (cells === null) return;
    found.length = this.at = this.used = 0;
    let group: SingleCell[] = [];
    let bytes = 0;
    let full = false;
    // A look starts where the one before ended, at the same cell or before it.
    let known = this.hasLast;
    const closeGroup = (): void => {
      for (const cell of group.sort(compareKeys)) found.push(cell);
      group = [];
    };
    for (const { value: entry } of cells.getRange({ start: new RangeStart(this.from) })) {
      const long = entry.keyEnd - entry.keyStart > LONG;
      if (
        group.length > 0 &&
        (!long || !startsWith(entry.keyBytes, entry.keyStart, entry.keyEnd, group[0].data.subarray(group[0].keyAt), LONG))
      )
        closeGroup();
      if (group.length === 0 && found.length > 0 && (found.length >= this.look || bytes > LOOK_BYTES)) {
        full = true;
        break;
      }
      const cell = this.copyOf(entry, long);
      if (known && !this.isNew(cell)) continue;
      known = known && long;
      bytes += entry.valueLength;
      (long ? group : found).push(cell);
    }
    closeGroup();
    this.finished = !full;
    this.look = Math.min(LOOK, this.look * 4);
    if (found.length === 0) return;
    const last = found[found.length - 1];
    this.hasLast = true;
    this.from.setEncoded(last.data, last.keyAt, last.keyEnd);
  }

  private isNew({ data, keyAt, keyEnd }: SingleCell): boolean {
    return compareBytes(this.from.bytes, 0, this.from.length, data, keyAt, keyEnd - keyAt) < 0;
  }

  private copyOf(entry: Entry, long: boolean): SingleCell {
    const { keyBytes, keyStart, keyEnd, value, valueLength } = entry;
    const at = long ? valueOffset(value, true) : CELL_TIME_BYTES;
    const keyLength = long ? at - CELL_TIME_BYTES - KEY_LENGTH_BYTES : keyEnd - keyStart;
    const keyAt = this.take(keyLength + valueLength - at);
    const { data } = this;
    const valueAt = keyAt + keyLength;
    if (long) copyBytes(value, CELL_TIME_BYTES + KEY_LENGTH_BYTES, keyLength, data, keyAt);
    else copyBytes(keyBytes, keyStart, keyLength, data, keyAt);
    copyBytes(value, at, valueLength - at, data, valueAt);
    return { data, keyAt, keyEnd: valueAt, valueAt, valueEnd: valueAt + valueLength - at, timestamp: readTimestamp(value) };
  }

  /** Finds room for so many bytes; cells that were copied before stay where they are. @returns where it begins in `data` */
  private take(bytes: number): number {
    if (this.used + bytes > this.data.length) {
      this.data = Buffer.allocUnsafeSlow(Math.max(FIRST_ROOM, 2 * this.data.length, bytes));
      this.used = 0;
    }
    const at = this.used;
    this.used += bytes;
    return at;
  }
}
