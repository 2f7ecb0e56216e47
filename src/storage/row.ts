/**
 * Rows as a store hands them out: offsets into the block that came from the wire or the file, no object per cell.
 *
 * A block's `index` has six numbers per cell: offset and length of family, qualifier and value inside `data`.
 * Blocks are never changed or reused after they are handed out, so views into them may be kept; the exception are blocks of a `transient` scan.
 */
export interface CellBlock {
  readonly data: Buffer;
  readonly index: Int32Array;
  /** Milliseconds since the epoch, one per cell. */
  readonly timestamps: Float64Array;
}

const STRIDE = 6;

export class Row {
  /**
   * @param key the row key
   * @param block where the cells are
   * @param first number of the row's first cell in the block
   * @param size how many cells; in (family, qualifier) order as unsigned bytes
   */
  constructor(
    readonly key: Buffer,
    readonly block: CellBlock,
    readonly first: number,
    readonly size: number,
  ) {}

  private slice(i: number, field: number): Buffer {
    const at = (this.first + i) * STRIDE + field;
    const from = this.block.index[at];
    return this.block.data.subarray(from, from + this.block.index[at + 1]);
  }
  family(i: number): Buffer {
    return this.slice(i, 0);
  }
  qualifier(i: number): Buffer {
    return this.slice(i, 2);
  }
  value(i: number): Buffer {
    return this.slice(i, 4);
  }
  timestamp(i: number): number {
    return this.block.timestamps[this.first + i];
  }
  /** Offset of the family in `block.data`; with the four below, for readers that decode in place. */
  familyOffset(i: number): number {
    return this.block.index[(this.first + i) * STRIDE];
  }
  qualifierOffset(i: number): number {
    return this.block.index[(this.first + i) * STRIDE + 2];
  }
  qualifierLength(i: number): number {
    return this.block.index[(this.first + i) * STRIDE + 3];
  }
  valueOffset(i: number): number {
    return this.block.index[(this.first + i) * STRIDE + 4];
  }
  valueLength(i: number): number {
    return this.block.index[(this.first + i) * STRIDE + 5];
  }
  /** The value of family:qualifier, or null. For rows with few cells (UIDs, metadata). */
  get(family: Buffer, qualifier: Buffer): Buffer | null {
    for (let i = 0; i < this.size; i++) if (this.qualifier(i).equals(qualifier) && this.family(i).equals(family)) return this.value(i);
    return null;
  }
}

export interface PlainCell {
  family: Buffer;
  qualifier: Buffer;
  value: Buffer;
  timestamp: number;
}

/** Builds a row from separate cells, in any order; for the embedded store and for tests. */
export function rowOf(key: Buffer, cells: readonly PlainCell[]): Row {
  const sorted = [...cells].sort((a, b) => a.family.compare(b.family) || a.qualifier.compare(b.qualifier));
  const index = new Int32Array(sorted.length * STRIDE);
  const timestamps = new Float64Array(sorted.length);
  const parts: Buffer[] = [];
  let at = 0;
  sorted.forEach((cell, i) => {
    [cell.family, cell.qualifier, cell.value].forEach((part, f) => {
      index[i * STRIDE + 2 * f] = at;
      index[i * STRIDE + 2 * f + 1] = part.length;
      parts.push(part);
      at += part.length;
    });
    timestamps[i] = cell.timestamp;
  });
  return new Row(key, { data: Buffer.concat(parts), index, timestamps }, 0, sorted.length);
}
