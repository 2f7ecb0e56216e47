/**
 * Cells on their way to storage, packed into one growing buffer so that a data point costs no object:
 *
 *   u16 qualifier length | u32 value length | qualifier | value    (big-endian, repeated)
 */
export const PACKED_HEADER = 6;
const HEADER = PACKED_HEADER;
const NOTHING = Buffer.alloc(0);

export class PackedCells {
  bytes: Buffer;
  /** Bytes in use. */
  length = 0;
  /** Cells in it. */
  count = 0;

  constructor(capacity = 64) {
    this.bytes = capacity === 0 ? NOTHING : Buffer.allocUnsafe(capacity);
  }

  static of(qualifier: Buffer, value: Buffer): PackedCells {
    const p = new PackedCells(HEADER + qualifier.length + value.length);
    p.add(qualifier, value);
    return p;
  }

  /** Cells that are packed already; the bytes are theirs from now on. */
  static view(bytes: Buffer, count: number): PackedCells {
    const cells = new PackedCells(0);
    cells.bytes = bytes;
    cells.length = bytes.length;
    cells.count = count;
    return cells;
  }

  add(qualifier: Buffer, value: Buffer): this {
    const at = this.reserve(qualifier.length, value.length);
    qualifier.copy(this.bytes, at);
    value.copy(this.bytes, at + qualifier.length);
    return this;
  }

  /** Makes room for one more cell, writes its header and returns where its qualifier starts; the value follows it directly. */
  reserve(qualifierLength: number, valueLength: number): number {
    const need = this.length + HEADER + qualifierLength + valueLength;
    if (need > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(need, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    const b = this.bytes;
    const at = this.length;
    b[at] = qualifierLength >>> 8;
    b[at + 1] = qualifierLength;
    b.writeUInt32BE(valueLength, at + 2);
    this.length = need;
    this.count++;
    return at + HEADER;
  }

  /** Calls back with offsets into `bytes`, in the order of adding. */
  forEach(visit: (qualifierAt: number, qualifierLength: number, valueAt: number, valueLength: number, i: number) => void): void {
    for (let at = 0, i = 0; at < this.length; i++) {
      const ql = this.bytes.readUInt16BE(at);
      const vl = this.bytes.readUInt32BE(at + 2);
      visit(at + HEADER, ql, at + HEADER + ql, vl, i);
      at += HEADER + ql + vl;
    }
  }
}
