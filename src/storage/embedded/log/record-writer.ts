import { PACKED_HEADER, type PackedCells } from '../../packed-cells';
import type { PackedRows } from '../../packed-rows';
import { crc32 } from '../../../util/crc32';
import { CELL_TIME_BYTES, writeTimestamp } from '../cell-value';
import { copyBytes } from '../bytes';
import {
  BY_REFERENCE,
  FAMILY_SHIFT,
  Operation,
  PAYLOAD_FIXED,
  RECORD_HEADER,
  RECORD_MAGIC,
  ROW_HEADER,
  writeVarint,
  type RecordStart,
} from './layout';

const MOST_VARINT = 5;

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
    this.entryOf(operation, family, row, 0, row.length, reference, cells);
  }

  private entryOf(
    operation: Operation,
    family: number,
    rows: Buffer,
    from: number,
    length: number,
    reference: number,
    cells: number,
  ): void {
    this.room(1 + ROW_HEADER + length + MOST_VARINT);
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
      b[at++] = length >>> 8;
      b[at++] = length;
      copyBytes(rows, from, length, b, at);
      at += length;
    }
    this.length = writeVarint(cells, b, at);
  }

  /** A whole entry that puts cells of the first family. */
  put(rows: PackedRows, i: number, reference: number): void {
    const bytes = rows.bytes(i);
    const keyAt = rows.keyAt(i);
    const timestamps = rows.timestamps(i);
    let at = keyAt + rows.keyLength(i);
    const operation = timestamps === undefined ? Operation.put : Operation.putAt;
    this.entryOf(operation, 0, bytes, keyAt, rows.keyLength(i), reference, rows.cellCount(i));
    for (let n = 0, end = at + rows.cellsLength(i); at < end; n++) {
      const qualifierLength = (bytes[at] << 8) | bytes[at + 1];
      const valueLength = bytes.readUInt32BE(at + 2);
      at += PACKED_HEADER;
      this.packed(timestamps?.[n] ?? null, bytes, at, qualifierLength, bytes, at + qualifierLength, valueLength);
      at += qualifierLength + valueLength;
    }
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
