import { compareBytes, copyBytes } from './bytes';
import type { RunTarget } from './run-target';

const FIELDS = 4;

/** Cells of one row and family in the order of their qualifiers: offsets into one buffer. */
export class CellList implements RunTarget {
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

  /** Bytes of memory that it has, about. */
  get capacity(): number {
    return this.data.length + this.timestamps.byteLength + this.fields.byteLength;
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

  place(timestamp: number, qualifierLength: number, valueLength: number): number {
    this.room(qualifierLength + valueLength);
    const at = this.length;
    this.length = at + qualifierLength + valueLength;
    this.note(timestamp, at, qualifierLength, at + qualifierLength, valueLength);
    return at;
  }

  copyIn(bytes: Uint8Array, from: number, end: number): number {
    this.room(end - from);
    const at = this.length;
    this.data.set(bytes.subarray(from, end), at);
    this.length = at + end - from;
    return at;
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

  note(timestamp: number, qualifierAt: number, qualifierLength: number, valueAt: number, valueLength: number): void {
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
