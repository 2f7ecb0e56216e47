/**
 * The files of the log, big-endian:
 *
 *   segment: 'TSDBLOG1' (8) | salt (4) | number (6) | CRC-32 of these (4) | records
 *   record:  magic (4) | length of the payload (4) | CRC-32 of the payload (4) | CRC-32 of these (4) | payload
 *   payload: kind (1) | writer (6) | its sequence number (6) | time in ms (6) | table: length (1), name | families: count (1), each as table
 *            | entries
 *   entry:   operation, family and how the row is named (1) | row | how many cells (varint) | cells
 *   row:     zero (4) | length (2) | bytes; or only where in the segment such a row stands (4)
 *   cell:    time in ms (6) | length of qualifier (varint) | length of value (varint) | qualifier | value
 *
 * Time and value are there where the operation needs them. Checksums start from the segment's salt, so that nothing that clients send, a
 * copy of a log perhaps, can be taken for a record.
 */
import { CELL_TIME_BYTES, readTimestamp, writeTimestamp } from '../cell-value';
import { crc32 } from '../../../util/crc32';

const SEGMENT_MAGIC = Buffer.from('TSDBLOG1', 'latin1');
export const SEGMENT_HEADER = 22;
const HEADER_SUM_AT = 18;

export const RECORD_MAGIC = Buffer.from([0xd1, 0x0c, 0x5e, 0xa7]);
export const RECORD_HEADER = 16;
/** Kind to time. */
export const PAYLOAD_FIXED = 19;

/** Kinds of records. What stands behind a seal is void. */
export const CHANGES = 1;
export const SEAL = 2;

export const Operation = {
  put: 1,
  /** With the time of each cell. */
  putAt: 2,
  deleteCells: 3,
  /** Up to a time. */
  deleteCellsTo: 4,
  deleteFamily: 5,
  deleteRow: 6,
  append: 7,
  /** One cell, whose value is the amount. */
  increment: 8,
  /** Two cells: what is wanted, and what is expected. */
  compareAndSet: 9,
  putIfAbsent: 10,
} as const;
export type Operation = (typeof Operation)[keyof typeof Operation];

export const OPERATION_MASK = 0x0f;
export const FAMILY_SHIFT = 4;
export const FAMILY_MASK = 0x07;
/** The row is named by where it stands. */
export const BY_REFERENCE = 0x80;
/** In front of a row's bytes. */
export const ROW_HEADER = 6;

export function isTimed(operation: number): boolean {
  return (
    operation === Operation.putAt ||
    operation === Operation.deleteCellsTo ||
    operation === Operation.compareAndSet ||
    operation === Operation.putIfAbsent
  );
}

export function isValued(operation: number): boolean {
  return operation !== Operation.deleteCells && operation !== Operation.deleteCellsTo;
}

/** What `readVarint` and `readLogCell` leave behind: where they ended, and what they found. */
export const found = { at: 0, timestamp: 0, qualifierAt: 0, qualifierLength: 0, valueAt: 0, valueLength: 0 };

/** A number of up to 32 bits; `found.at` is behind it. */
export function readVarint(bytes: Uint8Array, at: number): number {
  let b = bytes[at++];
  let n = b & 0x7f;
  for (let shift = 7; b >= 0x80 && shift < 35; shift += 7) {
    b = bytes[at++];
    n |= (b & 0x7f) << shift;
  }
  found.at = at;
  return n >>> 0;
}

export function writeVarint(n: number, bytes: Uint8Array, at: number): number {
  while (n >= 0x80) {
    bytes[at++] = (n & 0x7f) | 0x80;
    n >>>= 7;
  }
  bytes[at++] = n;
  return at;
}

/** Reads the cell at `at` into `found`; `found.at` is behind it. */
export function readLogCell(bytes: Uint8Array, at: number, operation: number): void {
  if (isTimed(operation)) {
    found.timestamp = readTimestamp(bytes, at);
    at += CELL_TIME_BYTES;
  }
  let qualifierLength = bytes[at++];
  if (qualifierLength >= 0x80) {
    qualifierLength = readVarint(bytes, at - 1);
    at = found.at;
  }
  let valueLength = 0;
  if (isValued(operation)) {
    valueLength = bytes[at++];
    if (valueLength >= 0x80) {
      valueLength = readVarint(bytes, at - 1);
      at = found.at;
    }
  }
  found.qualifierAt = at;
  found.qualifierLength = qualifierLength;
  found.valueAt = at + qualifierLength;
  found.valueLength = valueLength;
  found.at = at + qualifierLength + valueLength;
}

export interface SegmentHeader {
  salt: number;
  number: number;
}

export function segmentHeader({ salt, number }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER);
  SEGMENT_MAGIC.copy(bytes);
  bytes.writeUInt32BE(salt, 8);
  writeTimestamp(number, bytes, 12);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, HEADER_SUM_AT)), HEADER_SUM_AT);
  return bytes;
}

/** null: that is no header of a segment. */
export function readSegmentHeader(bytes: Buffer): SegmentHeader | null {
  if (bytes.length < SEGMENT_HEADER || !bytes.subarray(0, 8).equals(SEGMENT_MAGIC)) return null;
  if (crc32(bytes.subarray(0, HEADER_SUM_AT)) !== bytes.readUInt32BE(HEADER_SUM_AT)) return null;
  return { salt: bytes.readUInt32BE(8), number: readTimestamp(bytes, 12) };
}

/** What a record says before its entries. */
export interface RecordStart {
  kind: number;
  writer: number;
  sequence: number;
  time: number;
  table: string;
  families: readonly Buffer[];
}

/** The same of a record that stands in a segment. */
export interface RecordHead extends RecordStart {
  /** Where the entries start. */
  entriesAt: number;
}

export function readRecordHead(bytes: Buffer, payloadAt: number): RecordHead {
  let at = payloadAt + PAYLOAD_FIXED;
  const tableLength = bytes[at++];
  const table = bytes.toString('latin1', at, at + tableLength);
  at += tableLength;
  const families: Buffer[] = [];
  for (let count = bytes[at++]; count > 0; count--) {
    const length = bytes[at++];
    families.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length;
  }
  return {
    kind: bytes[payloadAt],
    writer: readTimestamp(bytes, payloadAt + 1),
    sequence: readTimestamp(bytes, payloadAt + 7),
    time: readTimestamp(bytes, payloadAt + 13),
    table,
    families,
    entriesAt: at,
  };
}
