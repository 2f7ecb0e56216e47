/**
 * Rows to be put, without an object for any of them: each lies in some buffer, its key first and its cells, as PackedCells has them, directly
 * behind it. They are lent: a row may be read until the call that it was given to has ended, or has told that the row is durable.
 */
export interface PackedRows {
  readonly size: number;
  /** The buffer that a row is in. */
  bytes(i: number): Buffer;
  /** Where its key starts. */
  keyAt(i: number): number;
  keyLength(i: number): number;
  /** Bytes of its cells. */
  cellsLength(i: number): number;
  /** Cells of it. */
  cellCount(i: number): number;
  /** Milliseconds, one a cell; undefined: the store's clock. */
  timestamps(i: number): readonly number[] | undefined;
  /** Some of the rows. */
  part(indices: readonly number[]): PackedRows;
}
