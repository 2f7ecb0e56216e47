/** Puts cells that are read one after the other into blocks of rows. */
import { Row, type CellBlock } from '../row';
import { copyBytes } from './bytes';
import type { RunTarget } from './run-target';

const STRIDE = 6;

export class RowCollector implements RunTarget {
  data: Buffer;
  private index = new Int32Array(64 * STRIDE);
  private timestamps = new Float64Array(64);
  private at = 0;
  private cells = 0;
  /** Of finished rows: key offset, key length, first cell, number of cells. */
  private readonly rows: number[] = [];
  private keyAt = 0;
  private keyEnd = 0;
  private firstCell = 0;
  private familyAt = 0;
  private familyLength = 0;

  constructor(capacity = 4096) {
    this.data = Buffer.allocUnsafe(capacity);
  }

  /** Starts anew in the same memory: what was handed out before means nothing any more. */
  clear(): this {
    this.at = this.cells = this.rows.length = 0;
    return this;
  }

  get bytes(): number {
    return this.at;
  }
  /** Bytes of memory that it has, about. */
  get capacity(): number {
    return this.data.length + this.index.byteLength + this.timestamps.byteLength;
  }
  get rowCount(): number {
    return this.rows.length / 4;
  }

  /** Makes room for a row key and says where it goes; `startRow` follows. */
  reserveKey(length: number): { target: Buffer; at: number } {
    this.room(length);
    return { target: this.data, at: this.at };
  }

  /** The key of this length is written; it counts when the row gets cells. */
  startRow(keyLength: number): void {
    this.keyAt = this.at;
    this.keyEnd = this.at += keyLength;
    this.firstCell = this.cells;
    this.familyLength = -1;
  }

  startFamily(source: Uint8Array, from: number, length: number): void {
    this.room(length);
    this.familyAt = this.at;
    this.familyLength = length;
    this.copy(source, from, length);
  }

  addCell(
    keyBytes: Uint8Array,
    qualifierAt: number,
    qualifierLength: number,
    value: Uint8Array,
    valueAt: number,
    valueLength: number,
    timestamp: number,
  ): void {
    const at = this.place(timestamp, qualifierLength, valueLength);
    copyBytes(keyBytes, qualifierAt, qualifierLength, this.data, at);
    copyBytes(value, valueAt, valueLength, this.data, at + qualifierLength);
  }

  place(timestamp: number, qualifierLength: number, valueLength: number): number {
    this.room(qualifierLength + valueLength);
    const at = this.at;
    this.at = at + qualifierLength + valueLength;
    this.note(timestamp, at, qualifierLength, at + qualifierLength, valueLength);
    return at;
  }

  copyIn(bytes: Uint8Array, from: number, end: number): number {
    this.room(end - from);
    const at = this.at;
    this.copy(bytes, from, end - from);
    return at;
  }

  note(timestamp: number, qualifierAt: number, qualifierLength: number, valueAt: number, valueLength: number): void {
    if (this.cells === this.timestamps.length) this.growCells();
    const index = this.index;
    const i = this.cells * STRIDE;
    index[i] = this.familyAt;
    index[i + 1] = this.familyLength;
    index[i + 2] = qualifierAt;
    index[i + 3] = qualifierLength;
    index[i + 4] = valueAt;
    index[i + 5] = valueLength;
    this.timestamps[this.cells++] = timestamp;
  }

  /** Ends the row; without cells it never was. */
  endRow(): void {
    const size = this.cells - this.firstCell;
    if (size === 0) this.at = this.keyAt;
    else this.rows.push(this.keyAt, this.keyEnd - this.keyAt, this.firstCell, size);
  }

  finish(): Row[] {
    const block: CellBlock = { data: this.data, index: this.index, timestamps: this.timestamps };
    const rows: Row[] = [];
    for (let i = 0; i < this.rows.length; i += 4) {
      const keyAt = this.rows[i];
      rows.push(new Row(this.data.subarray(keyAt, keyAt + this.rows[i + 1]), block, this.rows[i + 2], this.rows[i + 3]));
    }
    return rows;
  }

  private copy(source: Uint8Array, from: number, length: number): void {
    copyBytes(source, from, length, this.data, this.at);
    this.at += length;
  }

  private room(more: number): void {
    if (this.at + more <= this.data.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.at + more, this.data.length * 2));
    this.data.copy(grown, 0, 0, this.at);
    this.data = grown;
  }

  private growCells(): void {
    const index = new Int32Array(this.index.length * 2);
    index.set(this.index);
    this.index = index;
    const timestamps = new Float64Array(this.timestamps.length * 2);
    timestamps.set(this.timestamps);
    this.timestamps = timestamps;
  }
}
