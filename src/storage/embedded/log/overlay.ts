import { compareBytes } from '../bytes';
import type { RowIndex } from './row-index';
import type { RowPart } from './row-puts';
import type { RowCursor } from './row-order';

/** The rows of one segment from some key on. */
export interface SegmentRows {
  index: RowIndex;
  cursor: RowCursor;
}

/** The rows that the log has of a table, from some key on, each with its parts in all segments. */
export class Overlay {
  /** The row it stands on, the oldest part first; empty: there are no more. */
  parts: RowPart[] = [];

  /** @param segments the oldest first */
  constructor(private readonly segments: readonly SegmentRows[]) {
    this.gather();
  }

  /** Orders the row it stands on against a key; there must be one. */
  compareTo(key: Uint8Array, at: number, length: number): number {
    const { index, row } = this.parts[0];
    return index.compareTo(row, key, at, length);
  }

  get keyLength(): number {
    return this.parts[0].index.keyLength(this.parts[0].row);
  }

  copyKey(target: Buffer, at: number): number {
    const { index, row } = this.parts[0];
    const from = index.keyAt(row);
    return index.segment.bytes.copy(target, at, from, from + index.keyLength(row));
  }

  next(): void {
    for (const { index, cursor } of this.segments) if (this.parts.some((part) => part.index === index)) cursor.next();
    this.gather();
  }

  private gather(): void {
    this.parts = [];
    let first: SegmentRows | null = null;
    for (const rows of this.segments) if (rows.cursor.row >= 0 && (first === null || compareRows(rows, first) < 0)) first = rows;
    if (first === null) return;
    for (const rows of this.segments)
      if (rows.cursor.row >= 0 && (rows === first || compareRows(rows, first) === 0))
        this.parts.push({ index: rows.index, row: rows.cursor.row });
  }
}

function compareRows({ index: a, cursor: { row: i } }: SegmentRows, { index: b, cursor: { row: j } }: SegmentRows): number {
  return compareBytes(a.segment.bytes, a.keyAt(i), a.keyLength(i), b.segment.bytes, b.keyAt(j), b.keyLength(j));
}
