/** A request to storage that is under way, with the rows in it. */
export class Flight {
  /** It counts against the limit of concurrent requests. False: only a few of its rows are late, and they must not hold up others. */
  counts = true;
  /** When it fires, the request no longer counts. */
  timer: NodeJS.Timeout | null = null;
  /** Rows that are not done yet. */
  left: number;
  /** A byte per row, 1: the row was done before the whole request was. Null: none was. */
  private early: Uint8Array | null = null;

  constructor(readonly rows: Int32Array) {
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
