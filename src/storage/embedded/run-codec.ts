/**
 * Runs: neighbouring cells of one row and family in one LMDB entry, for tables with many small cells a row. LMDB's own cost is some
 * 30 bytes an entry, and pages that fill at random stay half empty: cells kept singly take five times their size.
 *
 * Key: that of the run's first cell. Value, big-endian:
 *
 *   timestamp of the first cell (6) | for each cell: timestamp less the first one's (i32) | length of qualifier | length of value | qualifier | value
 *
 * Lengths are one byte, 255 says that two (qualifier) or four (value) follow. Runs of a row never overlap.
 */
import { CELL_TIME_BYTES, readTimestamp, writeTimestamp, newWindow, type ValueWindow } from './cell-value';

const FIELDS = 4;
const DELTA_BYTES = 4;
const ESCAPE = 255;
const MAX_DELTA = 2 ** 31 - 1;
/** A run ends before it gets longer: several must fit a page of 4 KB, or LMDB gives each a page of its own. */
const MAX_RUN = 960;

/** Cells of one row and family in the order of their qualifiers: offsets into one buffer. */
export class CellList {
  /** A run fits; Node gives so little of a pool of its own. */
  data = Buffer.allocUnsafe(1024);
  /** Bytes in use. */
  length = 0;
  count = 0;
  timestamps = new Float64Array(64);
  private fields = new Int32Array(64 * FIELDS);

  clear(): this {
    this.length = this.count = 0;
    return this;
  }

  qualifierAt(i: number): number {
    return this.fields[i * FIELDS];
  }
  qualifierLength(i: number): number {
    return this.fields[i * FIELDS + 1];
  }
  valueAt(i: number): number {
    return this.fields[i * FIELDS + 2];
  }
  valueLength(i: number): number {
    return this.fields[i * FIELDS + 3];
  }

  add(
    timestamp: number,
    qualifiers: Uint8Array,
    qualifierAt: number,
    qualifierLength: number,
    values: Uint8Array,
    valueAt: number,
    valueLength: number,
  ): void {
    this.room(qualifierLength + valueLength);
    const at = this.length;
    copyBytes(qualifiers, qualifierAt, qualifierLength, this.data, at);
    copyBytes(values, valueAt, valueLength, this.data, at + qualifierLength);
    this.length = at + qualifierLength + valueLength;
    this.note(timestamp, at, qualifierLength, at + qualifierLength, valueLength);
  }

  addFrom(other: CellList, i: number): void {
    this.add(
      other.timestamps[i],
      other.data,
      other.qualifierAt(i),
      other.qualifierLength(i),
      other.data,
      other.valueAt(i),
      other.valueLength(i),
    );
  }

  /** Adds the cells of a run. */
  addRun(run: Uint8Array, length: number): void {
    this.room(length);
    const d = this.data;
    const from = this.length;
    d.set(run.subarray(0, length), from);
    const end = (this.length = from + length);
    const first = readTimestamp(d, from);
    for (let at = from + CELL_TIME_BYTES; at < end;) {
      const delta = (d[at] << 24) | (d[at + 1] << 16) | (d[at + 2] << 8) | d[at + 3];
      at += DELTA_BYTES;
      let qualifierLength = d[at++];
      if (qualifierLength === ESCAPE) {
        qualifierLength = d.readUInt16BE(at);
        at += 2;
      }
      let valueLength = d[at++];
      if (valueLength === ESCAPE) {
        valueLength = d.readUInt32BE(at);
        at += 4;
      }
      this.note(first + delta, at, qualifierLength, at + qualifierLength, valueLength);
      at += qualifierLength + valueLength;
    }
  }

  /** Orders a cell's qualifier against another's. */
  compare(i: number, qualifiers: Uint8Array, at: number, length: number): number {
    return compareBytes(this.data, this.qualifierAt(i), this.qualifierLength(i), qualifiers, at, length);
  }

  /** Where the cell of a qualifier is, in a list that is sorted by them; negative: nowhere. */
  find(qualifier: Uint8Array): number {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = this.compare(middle, qualifier, 0, qualifier.length);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Bytes that a cell takes in a run. */
  runBytes(i: number): number {
    const q = this.qualifierLength(i);
    const v = this.valueLength(i);
    return DELTA_BYTES + 2 + (q >= ESCAPE ? 2 : 0) + (v >= ESCAPE ? 4 : 0) + q + v;
  }

  /** How many cells from `first` on make one run. */
  runSize(first: number, end: number): number {
    let bytes = CELL_TIME_BYTES + this.runBytes(first);
    let i = first + 1;
    for (; i < end; i++) {
      bytes += this.runBytes(i);
      if (bytes > MAX_RUN || Math.abs(this.timestamps[i] - this.timestamps[first]) > MAX_DELTA) break;
    }
    return i - first;
  }

  /** How many of another list's cells from `first` on can be put behind the run that this list is. */
  fitting(other: CellList, first: number, end: number): number {
    let bytes = this.length;
    let i = first;
    for (; i < end; i++) {
      bytes += other.runBytes(i);
      if (bytes > MAX_RUN || Math.abs(other.timestamps[i] - this.timestamps[0]) > MAX_DELTA) break;
    }
    return i - first;
  }

  private note(timestamp: number, qualifierAt: number, qualifierLength: number, valueAt: number, valueLength: number): void {
    if (this.count === this.timestamps.length) this.growCells();
    const at = this.count * FIELDS;
    this.fields[at] = qualifierAt;
    this.fields[at + 1] = qualifierLength;
    this.fields[at + 2] = valueAt;
    this.fields[at + 3] = valueLength;
    this.timestamps[this.count++] = timestamp;
  }

  private room(more: number): void {
    if (this.length + more <= this.data.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.length + more, this.data.length * 2));
    this.data.copy(grown, 0, 0, this.length);
    this.data = grown;
  }

  private growCells(): void {
    const timestamps = new Float64Array(this.count * 2);
    timestamps.set(this.timestamps);
    this.timestamps = timestamps;
    const fields = new Int32Array(this.count * 2 * FIELDS);
    fields.set(this.fields);
    this.fields = fields;
  }
}

/** Encodes runs, one after the other in the same memory. */
export class RunEncoder {
  private window = newWindow(4096);

  /** @returns the run's value; good until the next one is encoded */
  encode(cells: CellList, first: number, size: number): ValueWindow {
    const w = this.room(cells, first, size, CELL_TIME_BYTES);
    writeTimestamp(cells.timestamps[first], w, 0);
    return this.write(cells, first, size, cells.timestamps[first], CELL_TIME_BYTES);
  }

  /** The same for a run, read into a list of its own, with other cells behind it. */
  extend(run: CellList, cells: CellList, first: number, size: number): ValueWindow {
    const w = this.room(cells, first, size, run.length);
    run.data.copy(w, 0, 0, run.length);
    return this.write(cells, first, size, run.timestamps[0], run.length);
  }

  private room(cells: CellList, first: number, size: number, before: number): ValueWindow {
    let need = before;
    for (let i = first; i < first + size; i++) need += cells.runBytes(i);
    if (need > this.window.byteLength) this.window = newWindow(need * 2);
    return this.window;
  }

  private write(cells: CellList, first: number, size: number, base: number, from: number): ValueWindow {
    const w = this.window;
    let at = from;
    for (let i = first; i < first + size; i++) {
      const delta = cells.timestamps[i] - base;
      w[at] = delta >> 24;
      w[at + 1] = delta >> 16;
      w[at + 2] = delta >> 8;
      w[at + 3] = delta;
      at += DELTA_BYTES;
      const q = cells.qualifierLength(i);
      const v = cells.valueLength(i);
      w[at++] = Math.min(q, ESCAPE);
      if (q >= ESCAPE) at = w.writeUInt16BE(q, at);
      w[at++] = Math.min(v, ESCAPE);
      if (v >= ESCAPE) at = w.writeUInt32BE(v, at);
      copyBytes(cells.data, cells.qualifierAt(i), q, w, at);
      copyBytes(cells.data, cells.valueAt(i), v, w, at + q);
      at += q + v;
    }
    w.start = 0;
    w.end = at;
    return w;
  }
}

export function compareBytes(a: Uint8Array, aAt: number, aLength: number, b: Uint8Array, bAt: number, bLength: number): number {
  const common = Math.min(aLength, bLength);
  for (let i = 0; i < common; i++) {
    const difference = a[aAt + i] - b[bAt + i];
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** Copies bytes; for a few of them a loop is quicker than a view of them. */
export function copyBytes(source: Uint8Array, from: number, length: number, target: Uint8Array, at: number): void {
  if (length > 64) target.set(new Uint8Array(source.buffer, source.byteOffset + from, length), at);
  else for (let i = 0; i < length; i++) target[at + i] = source[from + i];
}

export function startsWith(key: Uint8Array, from: number, end: number, start: Uint8Array, length: number): boolean {
  if (end - from < length) return false;
  // From the end: neighbours differ there.
  for (let i = length - 1; i >= 0; i--) if (key[from + i] !== start[i]) return false;
  return true;
}
