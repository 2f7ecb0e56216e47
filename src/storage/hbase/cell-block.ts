import type { PackedCells } from '../packed-cells';
import type { CellBlock } from '../row';
import { ProtoReader } from './protobuf';

/**
 * Cells as HBase's KeyValueCodec writes them, one after the other:
 *
 *   i32 length | i32 key length | i32 value length |
 *   key: i16 row length | row | i8 family length | family | qualifier | i64 timestamp | i8 type
 *   value
 */

const CELL_PUT = 4;
export const CELL_DELETE_COLUMN = 12;
export const CELL_DELETE_FAMILY = 14;

/** Bytes of a cell beside row, family, qualifier and value. */
const OVERHEAD = 4 + 8 + 2 + 1 + 8 + 1;
/** Numbers of a CellBlock's index that each cell takes. */
const STRIDE = 6;

/** Bytes that a row's packed cells take on the wire. */
export function packedCellsWireLength(row: Buffer, family: Buffer, cells: PackedCells): number {
  return wireLengthOfPacked(row.length, family.length, cells.length, cells.count);
}

/** The same of `count` cells that take so many bytes when they are packed. */
export function wireLengthOfPacked(rowLength: number, familyLength: number, packedLength: number, count: number): number {
  return packedLength + count * (OVERHEAD - 6 + rowLength + familyLength);
}

/** Bytes that one cell takes on the wire. */
export function cellWireLength(row: Buffer, family: Buffer, qualifierLength: number, valueLength: number): number {
  return OVERHEAD + row.length + family.length + qualifierLength + valueLength;
}

/** Writes cells into a buffer whose size was worked out beforehand with the two functions above. */
export class CellBlockWriter {
  readonly bytes: Buffer;
  private at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  get length(): number {
    return this.at;
  }

  /** The cells of one row. @param timestamps milliseconds, one a cell; absent: the server's clock */
  putRow(row: Buffer, family: Buffer, cells: PackedCells, timestamps?: readonly number[]): void {
    this.putCells(row, 0, row.length, family, cells.bytes, 0, cells.length, timestamps);
  }

  /** The same of packed cells from `from` to `end` of `source`, of the row whose key stands in `row` at `rowAt`. */
  putCells(
    row: Buffer,
    rowAt: number,
    rowLength: number,
    family: Buffer,
    source: Buffer,
    from: number,
    end: number,
    timestamps?: readonly number[],
  ): void {
    for (let i = 0; from < end; i++) {
      const qualifierLength = (source[from] << 8) | source[from + 1];
      const valueLength = ((source[from + 2] << 24) | (source[from + 3] << 16) | (source[from + 4] << 8) | source[from + 5]) >>> 0;
      from += 6;
      const timestamp = timestamps === undefined ? -1 : timestamps[i];
      this.cell(row, rowAt, rowLength, family, source, from, qualifierLength, valueLength, CELL_PUT, timestamp);
      from += qualifierLength + valueLength;
    }
  }

  /**
   * A delete marker for one column, or with an empty qualifier and CELL_DELETE_FAMILY for a family.
   * @param timestamp milliseconds: versions up to then go; absent: all
   */
  marker(row: Buffer, family: Buffer, qualifier: Buffer, type: number, timestamp = -1): void {
    this.cell(row, 0, row.length, family, qualifier, 0, qualifier.length, 0, type, timestamp);
  }

  /** The qualifier lies in `source` at `from`, the value directly behind it. Copies short parts byte by byte: cheaper than a call each. */
  private cell(
    row: Buffer,
    rowAt: number,
    rowLength: number,
    family: Buffer,
    source: Buffer,
    from: number,
    qualifierLength: number,
    valueLength: number,
    type: number,
    timestamp: number,
  ): void {
    const bytes = this.bytes;
    const familyLength = family.length;
    const keyLength = 12 + rowLength + familyLength + qualifierLength;
    let at = putInt(bytes, this.at, 8 + keyLength + valueLength);
    at = putInt(bytes, at, keyLength);
    at = putInt(bytes, at, valueLength);
    bytes[at++] = rowLength >>> 8;
    bytes[at++] = rowLength;
    for (let i = 0; i < rowLength; i++) bytes[at++] = row[rowAt + i];
    bytes[at++] = familyLength;
    for (let i = 0; i < familyLength; i++) bytes[at++] = family[i];
    at = copyBytes(source, from, qualifierLength, bytes, at);
    at = timestamp < 0 ? putLatest(bytes, at) : putLong(bytes, at, timestamp);
    bytes[at++] = type;
    this.at = copyBytes(source, from + qualifierLength, valueLength, bytes, at);
  }
}

function putInt(bytes: Buffer, at: number, n: number): number {
  bytes[at] = n >>> 24;
  bytes[at + 1] = n >>> 16;
  bytes[at + 2] = n >>> 8;
  bytes[at + 3] = n;
  return at + 4;
}

function putLong(bytes: Buffer, at: number, n: number): number {
  return putInt(bytes, putInt(bytes, at, Math.floor(n / 0x1_0000_0000)), n >>> 0);
}

/** Long.MAX_VALUE: the server puts its own clock there. */
function putLatest(bytes: Buffer, at: number): number {
  bytes[at] = 0x7f;
  for (let i = 1; i < 8; i++) bytes[at + i] = 0xff;
  return at + 8;
}

function copyBytes(source: Buffer, from: number, length: number, target: Buffer, at: number): number {
  if (length > 32) {
    source.copy(target, at, from, from + length);
    return at + length;
  }
  for (let i = 0; i < length; i++) target[at++] = source[from++];
  return at;
}

/** The cells of a received block as offsets, and where each one's row key is. */
export class ReceivedCells implements CellBlock {
  private times: Float64Array | null = null;

  /** @param index what Row reads, and behind it, for each cell, where its row key's length is */
  constructor(
    readonly data: Buffer,
    readonly index: Int32Array,
    readonly count: number,
  ) {}

  rowKey(cell: number): Buffer {
    const { data } = this;
    const from = this.index[this.count * STRIDE + cell];
    return data.subarray(from + 2, from + 2 + ((data[from] << 8) | data[from + 1]));
  }

  /** Made when somebody asks: queries don't. The timestamp and the type stand before the value. */
  get timestamps(): Float64Array {
    if (this.times !== null) return this.times;
    const times = new Float64Array(this.count);
    for (let i = 0; i < this.count; i++) {
      const at = this.index[i * STRIDE + 4] - 9;
      times[i] = (getInt(this.data, at) >>> 0) * 0x1_0000_0000 + (getInt(this.data, at + 4) >>> 0);
    }
    return (this.times = times);
  }
}

/**
 * Indexes a received cell block without copying it.
 * @param count cells expected, as the response's header message says
 * @throws RangeError when the block holds another number of cells or a length points outside it
 */
export function readCellBlock(data: Buffer, count: number): ReceivedCells {
  const index = new Int32Array(count * (STRIDE + 1));
  const rowAt = count * STRIDE;
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 24 > data.length) throw new RangeError(`cell block ends after ${i} of ${count} cells`);
    const keyLength = getInt(data, at + 4);
    const valueLength = getInt(data, at + 8);
    const keyEnd = at + 12 + keyLength;
    const next = at + 4 + getInt(data, at);
    if (keyLength < 12 || valueLength < 0 || next > data.length || keyEnd + valueLength > next)
      throw new RangeError(`cell block is damaged at byte ${at}`);
    const rowLength = (data[at + 12] << 8) | data[at + 13];
    const familyLengthAt = at + 14 + rowLength;
    const familyAt = familyLengthAt + 1;
    const qualifierAt = familyAt + data[familyLengthAt];
    const timestampAt = keyEnd - 9;
    if (qualifierAt > timestampAt) throw new RangeError(`cell block is damaged at byte ${at}`);
    const entry = i * STRIDE;
    index[entry] = familyAt;
    index[entry + 1] = qualifierAt - familyAt;
    index[entry + 2] = qualifierAt;
    index[entry + 3] = timestampAt - qualifierAt;
    index[entry + 4] = keyEnd;
    index[entry + 5] = valueLength;
    index[rowAt + i] = at + 12;
    at = next;
  }
  if (at !== data.length) throw new RangeError(`cell block has ${data.length - at} bytes behind its ${count} cells`);
  return new ReceivedCells(data, index, count);
}

function getInt(data: Buffer, at: number): number {
  return (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
}

/** Cells that came as protobuf messages within `message` (a server may answer small gets so). Offsets into the message. */
export function readProtoCells(message: Buffer, readers: readonly ProtoReader[]): CellBlock {
  const index = new Int32Array(readers.length * STRIDE);
  const timestamps = new Float64Array(readers.length);
  readers.forEach((reader, i) => {
    reader.each((field) => {
      // Cell: row 1, family 2, qualifier 3, timestamp 4, cell_type 5, value 6
      if (field === 4) timestamps[i] = reader.uint();
      else if (field === 2 || field === 3 || field === 6) {
        const part = reader.bytes();
        const slot = field === 2 ? 0 : field === 3 ? 2 : 4;
        index[i * STRIDE + slot] = part.byteOffset - message.byteOffset;
        index[i * STRIDE + slot + 1] = part.length;
      } else return false;
      return true;
    });
  });
  return { data: message, index, timestamps };
}

/** One block from ranges of several, for a row that came in parts. */
export function joinCells(parts: readonly { block: CellBlock; first: number; size: number }[]): CellBlock {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const index = new Int32Array(size * STRIDE);
  const timestamps = new Float64Array(size);
  const pieces: Buffer[] = [];
  let cell = 0;
  let at = 0;
  for (const { block, first, size: n } of parts) {
    for (let i = first; i < first + n; i++, cell++) {
      timestamps[cell] = block.timestamps[i];
      for (let field = 0; field < STRIDE; field += 2) {
        const from = block.index[i * STRIDE + field];
        const length = block.index[i * STRIDE + field + 1];
        pieces.push(block.data.subarray(from, from + length));
        index[cell * STRIDE + field] = at;
        index[cell * STRIDE + field + 1] = length;
        at += length;
      }
    }
  }
  return { data: Buffer.concat(pieces, at), index, timestamps };
}
