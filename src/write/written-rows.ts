import { RowFingerprint } from './row-fingerprint';

/** Rows that were written, told of together. What is known of them is lent: it holds until the next one is asked for, and no longer than the call. */
export interface WrittenRows {
  readonly size: number;
  key(i: number): Buffer;
  fingerprint(i: number): RowFingerprint;
  /** Four bytes of a key, as a number without a sign. */
  uint32(i: number, at: number): number;
  /** Data points of the row that were written. */
  points(i: number): number;
}

/** One row by its key. */
export class WrittenRow implements WrittenRows {
  readonly size = 1;
  private readonly print = new RowFingerprint();

  constructor(
    private readonly row: Buffer,
    private readonly count: number,
  ) {}

  key(): Buffer {
    return this.row;
  }

  fingerprint(): RowFingerprint {
    return this.print.of(this.row);
  }

  uint32(_i: number, at: number): number {
    return this.row.readUInt32BE(at);
  }

  points(): number {
    return this.count;
  }
}
