import type { LaneSlabs } from './lane-slabs';

const FIRST_ROWS = 1024;

/** Rows with something to write, in the order in which they go to storage. */
export class LaneQueue {
  private rows = new Int32Array(FIRST_ROWS);
  private head = 0;
  private tail = 0;
  /** Points in these rows. */
  cells = 0;

  constructor(private readonly slabs: LaneSlabs) {}

  get empty(): boolean {
    return this.head === this.tail;
  }

  push(row: number): void {
    const { slabs } = this;
    if (this.tail === this.rows.length) this.makeRoom();
    this.rows[this.tail++] = row;
    slabs.queued[row] = 1;
    this.cells += slabs.points[slabs.waiting[row]];
  }

  /** Takes rows out for a request: what waits in them is on its way now. @param maxCells about */
  take(maxCells: number): Int32Array {
    const { slabs, rows } = this;
    const from = this.head;
    let cells = 0;
    while (this.head < this.tail && cells < maxCells) {
      const row = rows[this.head++];
      slabs.queued[row] = 0;
      const waiting = slabs.waiting[row];
      cells += slabs.points[waiting];
      slabs.flying[row] = waiting;
      slabs.waiting[row] = -1;
    }
    this.cells -= cells;
    const batch = rows.slice(from, this.head);
    if (this.empty) this.head = this.tail = 0;
    return batch;
  }

  private makeRoom(): void {
    const { rows, head, tail } = this;
    const left = tail - head;
    if (2 * left > rows.length) this.rows = new Int32Array(2 * rows.length);
    this.rows.set(rows.subarray(head, tail));
    this.head = 0;
    this.tail = left;
  }
}
