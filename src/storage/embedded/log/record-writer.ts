import type { PackedCells } from '../../packed-cells';
import { crc32 } from '../../../util/crc32';
import { CELL_TIME_BYTES, writeTimestamp } from '../cell-value';
import { copyBytes } from '../bytes';
import { BY_REFERENCE, FAMILY_SHIFT, PAYLOAD_FIXED, RECORD_HEADER, RECORD_MAGIC, ROW_HEADER, writeVarint, type Operation } from './layout';

const MOST_VARINT = 5;

export interface RecordStart {
  kind: number;
  writer: number;
  sequence: number;
  time: number;
  table: string;
  families: readonly Buffer[];
}

/** Writes records one behind the other into memory of its own. */
export class RecordWriter {
  bytes: Buffer;
  length = 0;
  private recordAt = 0;

  constructor(capacity = 64 << 10) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  clear(): this {
    this.length = 0;
    return this;
  }

  begin({ kind, writer, sequence, time, table, families }: RecordStart): void {
    this.recordAt = this.length;
    const names = [Buffer.from(table, 'latin1'), ...families];
    this.room(RECORD_HEADER + PAYLOAD_FIXED + 1 + names.reduce((sum, name) => sum + 1 + name.length, 0));
    const b = this.bytes;
    let at = this.length + RECORD_HEADER;
    b[at++] = kind;
    at = writeTimestamp(writer, b, at);
    at = writeTimestamp(sequence, b, at);
    at = writeTimestamp(time, b, at);
    names.forEach((name, i) => {
      b[at++] = name.length;
      at += name.copy(b, at);
      if (i === 0) b[at++] = families.length;
    });
    this.length = at;
  }

  /** Ends the record: length and checksums. */
  end(salt: number): void {
    const b = this.bytes;
    const at = this.recordAt;
    RECORD_MAGIC.copy(b, at);
    b.writeUInt32BE(this.length - at - RECORD_HEADER, at + 4);
    b.writeUInt32BE(crc32(b.subarray(at + RECORD_HEADER, this.length), salt), at + 8);
    b.writeUInt32BE(crc32(b.subarray(at, at + 12), salt), at + 12);
  }

  /**
   * Starts an entry; `cell` follows for each of its cells.
   * @param reference where the row stands in the segment already; 0: nowhere
   */
  entry(operation: Operation, family: number, row: Buffer, reference: number, cells: number): void {
    this.room(1 + ROW_HEADER + row.length + MOST_VARINT);
    const b = this.bytes;
    let at = this.length;
    if (reference > 0) {
      b[at++] = operation | (family << FAMILY_SHIFT) | BY_REFERENCE;
      b[at++] = reference >>> 24;
      b[at++] = reference >>> 16;
      b[at++] = reference >>> 8;
      b[at++] = reference;
    } else {
      b[at++] = operation | (family << FAMILY_SHIFT);
      b[at++] = b[at++] = b[at++] = b[at++] = 0;
      b[at++] = row.length >>> 8;
      b[at++] = row.length;
      copyBytes(row, 0, row.length, b, at);
      at += row.length;
    }
    this.length = writeVarint(cells, b, at);
  }

  /** @param timestamp null: the operation has none. @param value null: it has none */
  cell(timestamp: number | null, qualifier: Buffer, value: Buffer | null): void {
    this.packed(timestamp, qualifier, 0, qualifier.length, value, 0, value?.length ?? 0);
  }

  /** The cells of a put or an append. */
  cells(cells: PackedCells, timestamps: readonly number[] | undefined): void {
    const { bytes } = cells;
    cells.forEach((qualifierAt, qualifierLength, valueAt, valueLength, i) =>
      this.packed(timestamps?.[i] ?? null, bytes, qualifierAt, qualifierLength, bytes, valueAt, valueLength),
    );
  }

  private packed(
    timestamp: number | null,
    qualifiers: Uint8Array,
    qualifierAt: number,
    qualifierLength: number,
    values: Uint8Array | null,
    valueAt: number,
    valueLength: number,
  ): void {
    this.room(CELL_TIME_BYTES + 2 * MOST_VARINT + qualifierLength + valueLength);
    const b = this.bytes;
    let at = this.length;
    if (timestamp !== null) at = writeTimestamp(timestamp, b, at);
    at = writeVarint(qualifierLength, b, at);
    if (values !== null) at = writeVarint(valueLength, b, at);
    copyBytes(qualifiers, qualifierAt, qualifierLength, b, at);
    at += qualifierLength;
    if (values !== null) copyBytes(values, valueAt, valueLength, b, at);
    this.length = at + valueLength;
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.length + more, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
