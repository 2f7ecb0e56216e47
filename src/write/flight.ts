import type { ActiveRow } from './active-row';

/** A request to storage that is under way, with the rows in it. */
export class Flight {
  /** One of the requests that may be under way at once. False: it lasts long because of a few rows, and others may go. */
  counts = true;
  /** Ends its counting. */
  timer: NodeJS.Timeout | null = null;
  /** Rows that are not done yet. */
  left: number;
  /** One byte a row: done before the request has ended. Null: none. */
  private early: Uint8Array | null = null;

  constructor(readonly rows: readonly ActiveRow[]) {
    this.left = rows.length;
  }

  /** @returns false: it was done already */
  landEarly(index: number): boolean {
    this.early ??= new Uint8Array(this.rows.length);
    if (this.early[index] === 1) return false;
    this.early[index] = 1;
    this.left--;
    return true;
  }

  hasLanded(index: number): boolean {
    return this.early !== null && this.early[index] === 1;
  }
}
