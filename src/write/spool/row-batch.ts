import { putOf, putPacked, type Failure, type MutateOptions, type PackedRows, type RowDelete, type RowPut } from '../../storage';
import { encodeDelete, encodePut } from './row-record';
import type { Writes } from './types';

/** Rows of one table that are changed in the same way: what goes to storage in one request, or into the spool row by row. */
export interface RowBatch {
  readonly size: number;
  keyAt(index: number): Buffer;
  /** What the figures count a row as: its cells, a delete as one. */
  cellsAt(index: number): number;
  /** The row as the spool keeps it. */
  recordAt(index: number): Buffer;
  /** Some of the rows; all of them, in their order, give the batch itself. */
  part(indices: readonly number[]): RowBatch;
  /** @returns as Storage does, positions in this batch */
  send(storage: Writes, table: string, options: MutateOptions): Promise<Failure[]>;
}

/** Cells that are put or appended, all in one family. */
export class CellBatch implements RowBatch {
  constructor(
    private readonly method: 'put' | 'append',
    readonly family: Buffer,
    readonly rows: readonly RowPut[],
  ) {}

  get append(): boolean {
    return this.method === 'append';
  }

  get size(): number {
    return this.rows.length;
  }

  keyAt(index: number): Buffer {
    return this.rows[index].row;
  }

  cellsAt(index: number): number {
    return this.rows[index].cells.count;
  }

  recordAt(index: number): Buffer {
    return encodePut({ append: this.append, family: this.family, put: this.rows[index] });
  }

  part(indices: readonly number[]): CellBatch {
    if (indices.length === this.rows.length) return this;
    return new CellBatch(
      this.method,
      this.family,
      indices.map((index) => this.rows[index]),
    );
  }

  send(storage: Writes, table: string, options: MutateOptions): Promise<Failure[]> {
    return storage[this.method](table, this.family, this.rows, options);
  }
}

/** Cells that are put, of rows in slabs. */
export class PackedBatch implements RowBatch {
  constructor(
    private readonly family: Buffer,
    private readonly rows: PackedRows,
  ) {}

  get size(): number {
    return this.rows.size;
  }

  keyAt(index: number): Buffer {
    return putOf(this.rows, index).row;
  }

  cellsAt(index: number): number {
    return this.rows.cellCount(index);
  }

  recordAt(index: number): Buffer {
    return encodePut({ append: false, family: this.family, put: putOf(this.rows, index) });
  }

  part(indices: readonly number[]): PackedBatch {
    return indices.length === this.size ? this : new PackedBatch(this.family, this.rows.part(indices));
  }

  send(storage: Writes, table: string, options: MutateOptions): Promise<Failure[]> {
    return putPacked(storage, table, this.family, this.rows, options);
  }
}

export class DeleteBatch implements RowBatch {
  constructor(readonly rows: readonly RowDelete[]) {}

  get size(): number {
    return this.rows.length;
  }

  keyAt(index: number): Buffer {
    return this.rows[index].row;
  }

  cellsAt(): number {
    return 1;
  }

  recordAt(index: number): Buffer {
    return encodeDelete(this.rows[index]);
  }

  part(indices: readonly number[]): DeleteBatch {
    return indices.length === this.rows.length ? this : new DeleteBatch(indices.map((index) => this.rows[index]));
  }

  send(storage: Writes, table: string, options: MutateOptions): Promise<Failure[]> {
    return storage.delete(table, this.rows, options);
  }
}
