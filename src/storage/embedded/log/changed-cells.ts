/**
 * A row's cells while changes are applied to them, by column as in row-cells.ts. Only cells that changes name become objects: rows may
 * have millions.
 */
import { startsWith } from '../bytes';
import type { CellList } from '../cell-list';

export interface PlainValue {
  value: Buffer;
  timestamp: number;
  /** Memory that begins with the value and has room behind it for what is appended; absent: there is none. */
  room?: Buffer;
}

/** A value with more behind it. Of a thousand appends one after the other only a few copy what was there before. */
export function appended(old: PlainValue, more: Buffer, timestamp: number): PlainValue {
  const length = old.value.length + more.length;
  let { room } = old;
  if (room === undefined || room.length < length) {
    room = Buffer.allocUnsafe(2 * length);
    old.value.copy(room);
  }
  more.copy(room, old.value.length);
  return { value: room.subarray(0, length), timestamp, room };
}

export class ChangedCells {
  /** Columns that were named. What is not among `cells` is not there. */
  private readonly named = new Set<string>();
  private readonly cells = new Map<string, PlainValue>();
  /** Of columns that start so nothing is left of what was there first. */
  private readonly removed: Buffer[] = [];

  /** @param base what was there first, in order; it must stay as it is */
  constructor(private readonly base: CellList) {}

  /** How many there are, at most. */
  get count(): number {
    return this.base.count + this.cells.size;
  }

  get(column: string): PlainValue | undefined {
    if (!this.named.has(column)) {
      this.named.add(column);
      const bytes = Buffer.from(column, 'latin1');
      const i = this.base.find(bytes);
      if (i >= 0 && !this.isRemoved(i)) {
        const at = this.base.valueAt(i);
        const value = Buffer.from(this.base.data.subarray(at, at + this.base.valueLength(i)));
        this.cells.set(column, { value, timestamp: this.base.timestamps[i] });
      }
    }
    return this.cells.get(column);
  }

  set(column: string, cell: PlainValue): void {
    this.named.add(column);
    this.cells.set(column, cell);
  }

  delete(column: string): void {
    this.named.add(column);
    this.cells.delete(column);
  }

  /** Deletes all columns that start so. */
  deleteAll(prefix: string): void {
    for (const column of [...this.cells.keys()]) if (column.startsWith(prefix)) this.cells.delete(column);
    this.removed.push(Buffer.from(prefix, 'latin1'));
  }

  /** Adds what has become of the row, sorted. */
  addTo(out: CellList): CellList {
    const { base } = this;
    let i = 0;
    for (const column of [...this.named].sort()) {
      const bytes = Buffer.from(column, 'latin1');
      for (; i < base.count && base.compare(i, bytes, 0, bytes.length) < 0; i++) if (!this.isRemoved(i)) out.addFrom(base, i);
      if (i < base.count && base.compare(i, bytes, 0, bytes.length) === 0) i++;
      const cell = this.cells.get(column);
      if (cell !== undefined) out.add(cell.timestamp, bytes, 0, bytes.length, cell.value, 0, cell.value.length);
    }
    for (; i < base.count; i++) if (!this.isRemoved(i)) out.addFrom(base, i);
    return out;
  }

  private isRemoved(i: number): boolean {
    const { base, removed } = this;
    const at = base.qualifierAt(i);
    return removed.some((prefix) => startsWith(base.data, at, at + base.qualifierLength(i), prefix, prefix.length));
  }
}
