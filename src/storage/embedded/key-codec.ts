/**
 * A cell's key in LMDB, so that plain byte order is (row, family, qualifier) order for any binary row:
 *
 *   row in groups of eight, each padded with zeros and followed by a mark: 9 = more follow, 0..8 = the last, so many bytes used
 *   family, 0x00        (family names are printable)
 *   qualifier           (last, so as it is)
 *
 * A group costs one byte in eight and no look at the bytes, where escaping would cost one for each zero: UIDs are mostly zeros.
 *
 * LMDB keys end at 1,978 bytes; UID names may be longer. A key above LONG is stored as its first LONG bytes and a hash of all of it,
 * with the whole key at the start of the value (see cell-value.ts). Such entries stand together behind every shorter key with the same
 * start, but among themselves in the order of their hashes: readers gather and sort them.
 */
import { createHash } from 'node:crypto';

/** Longest key that is stored as it is. */
export const LONG = 1900;
const HASH_BYTES = 24;
const GROUP = 8;
const MORE = 9;
/** HBase's own limit (Short.MAX_VALUE). */
export const MAX_ROW = 32767;

/** Bytes that a row of this length takes. */
export function encodedRowLength(length: number): number {
  return Math.max(1, Math.ceil(length / GROUP)) * (GROUP + 1);
}

/** Writes a row, returns where it ends. The target must have room. */
function encodeRow(row: Buffer, target: Buffer, at: number): number {
  const length = row.length;
  let i = 0;
  for (; length - i > GROUP; i += GROUP) {
    for (let j = 0; j < GROUP; j++) target[at++] = row[i + j];
    target[at++] = MORE;
  }
  const left = length - i;
  for (let j = 0; j < left; j++) target[at++] = row[i + j];
  for (let j = left; j < GROUP; j++) target[at++] = 0;
  target[at++] = left;
  return at;
}

/** Where the encoded row that starts at `at` ends. */
export function rowEnd(key: Uint8Array, at: number): number {
  let mark = at + GROUP;
  while (key[mark] === MORE) mark += GROUP + 1;
  return mark + 1;
}

/** Where the qualifier starts in the key that starts at `at`. */
export function columnEnd(key: Uint8Array, at: number): number {
  let end = rowEnd(key, at);
  while (key[end] !== 0) end++;
  return end + 1;
}

/** Length of the row in an encoded row. */
export function decodedRowLength(key: Uint8Array, from: number, end: number): number {
  return ((end - from) / (GROUP + 1) - 1) * GROUP + key[end - 1];
}

/** Writes the row of an encoded row; returns where it ends in the target. */
export function decodeRow(key: Uint8Array, from: number, end: number, target: Buffer, at: number): number {
  for (let group = from; group < end; group += GROUP + 1) {
    const mark = key[group + GROUP];
    const n = mark === MORE ? GROUP : mark;
    for (let j = 0; j < n; j++) target[at++] = key[group + j];
  }
  return at;
}

/**
 * One reusable key: the row and family are encoded once, the qualifiers of a row follow one after the other.
 * LMDB asks for it through `writeTo` when it needs the bytes.
 */
export class CellKey {
  /** The whole key. */
  bytes = Buffer.allocUnsafe(256);
  length = 0;
  private columnAt = 0;
  private long: Buffer | null = null;

  /** Where the row ends. */
  rowLength = 0;

  /** Only the row: every cell of it, and of rows behind it, is not below this. */
  setRow(row: Buffer): this {
    this.room(encodedRowLength(row.length) + 64);
    this.rowLength = this.columnAt = this.length = encodeRow(row, this.bytes, 0);
    return this.finish();
  }

  /** The row and family; a qualifier should follow, without one it is the start of the family's cells. */
  setColumnFamily(row: Buffer, family: Buffer): this {
    this.room(encodedRowLength(row.length) + family.length + 64);
    let at = (this.rowLength = encodeRow(row, this.bytes, 0));
    for (let i = 0; i < family.length; i++) this.bytes[at++] = family[i];
    this.bytes[at++] = 0;
    this.columnAt = this.length = at;
    return this.finish();
  }

  setQualifier(source: Uint8Array, from: number, length: number): this {
    this.room(this.columnAt + length);
    let at = this.columnAt;
    for (let i = 0; i < length; i++) this.bytes[at++] = source[from + i];
    this.length = at;
    return this.finish();
  }

  /** Any bytes that are already a key, from an entry that was read. */
  setEncoded(source: Uint8Array, from: number, end: number): this {
    this.room(end - from);
    for (let i = from; i < end; i++) this.bytes[i - from] = source[i];
    this.columnAt = this.length = end - from;
    return this.finish();
  }

  /** Stands before every key behind the row's cells. Only for rows that are not long. */
  pastRow(source: Uint8Array, from: number, end: number): this {
    this.setEncoded(source, from, end);
    this.room(this.length + 1);
    this.bytes[this.length++] = 0xff;
    return this.finish();
  }

  /** The key is stored by its hash: the value must carry it. */
  get isLong(): boolean {
    return this.long !== null;
  }

  /** Writes the key as LMDB stores it. */
  writeTo(target: Uint8Array, at: number): number {
    const { bytes, length } = this.long === null ? this : { bytes: this.long, length: this.long.length };
    if (length > 64) target.set(bytes.subarray(0, length), at);
    else for (let i = 0; i < length; i++) target[at + i] = bytes[i];
    return at + length;
  }

  /** Where a range that starts with this key must be entered: a long key's place is only known to LONG bytes. */
  writeStart(target: Uint8Array, at: number): number {
    const length = Math.min(this.length, LONG);
    target.set(this.bytes.subarray(0, length), at);
    return at + length;
  }

  private finish(): this {
    if (this.length <= LONG) this.long = null;
    else {
      const whole = this.bytes.subarray(0, this.length);
      const hash = createHash('sha256').update(whole).digest().subarray(0, HASH_BYTES);
      this.long = Buffer.concat([whole.subarray(0, LONG), hash]);
    }
    return this;
  }

  private room(length: number): void {
    if (length <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(length, this.bytes.length * 2));
    this.bytes.copy(grown);
    this.bytes = grown;
  }
}
