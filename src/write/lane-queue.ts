import type { ActiveRow, RowCells } from './active-row';

/** Rows with something to write, in the order in which they go to storage. */
export class LaneQueue {
  private rows: ActiveRow[] = [];
  private head = 0;
  /** Points in these rows. */
  cells = 0;

  get empty(): boolean {
    return this.head === this.rows.length;
  }

  push(row: ActiveRow): void {
    row.queued = true;
    this.rows.push(row);
    this.cells += row.waiting === null ? 0 : row.waiting.points;
  }

  /** Takes rows out for a request: what waits in them is on its way now. @param maxCells about */
  take(maxCells: number): ActiveRow[] {
    const from = this.head;
    let cells = 0;
    while (this.head < this.rows.length && cells < maxCells) {
      const row = this.rows[this.head++];
      row.queued = false;
      const waiting = row.waiting as RowCells;
      cells += waiting.points;
      row.flying = waiting;
      row.waiting = null;
    }
    this.cells -= cells;
    if (from === 0 && this.head === this.rows.length) {
      const batch = this.rows;
      this.rows = [];
      this.head = 0;
      return batch;
    }
    const batch = this.rows.slice(from, this.head);
    if (this.head * 2 > this.rows.length) {
      this.rows = this.rows.slice(this.head);
      this.head = 0;
    }
    return batch;
  }
}
