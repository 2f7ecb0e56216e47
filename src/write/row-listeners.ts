import { baseTimeOfKey, DATA_FAMILY, type KeyLayout } from '../schema';
import type { LaneTarget } from './write-lane';

/** Held here: an import is looked up at every use. */
const FAMILY = DATA_FAMILY;

/** Where a row goes. */
type RowTarget = Pick<LaneTarget, 'table' | 'family'>;

/** Tells those who want to know of rows of the data table that were written, and of none of other tables. */
export class RowListeners {
  private readonly written: ((rowKey: Buffer, baseTime: number) => void)[] = [];
  private stored: ((rowKey: Buffer, points: number) => void) | null = null;

  constructor(
    private readonly table: string,
    private readonly layout: KeyLayout,
  ) {}

  /** @see PointWriter.onRowWritten */
  onWritten(listener: (rowKey: Buffer, baseTime: number) => void): void {
    this.written.push(listener);
  }

  /** @see PointWriter.onPointsStored */
  onStored(listener: (rowKey: Buffer, points: number) => void): void {
    this.stored = listener;
  }

  /** Storage has points of a row. */
  tellStored(target: RowTarget, key: Buffer, points: number): void {
    if (this.stored !== null && this.isData(target)) this.stored(key, points);
  }

  /** Nothing of a row is on its way any more; one that points were appended to has nothing to compact. */
  tellWritten(target: RowTarget & Pick<LaneTarget, 'append'>, key: Buffer): void {
    if (target.append || this.written.length === 0 || !this.isData(target)) return;
    const baseTime = baseTimeOfKey(this.layout, key);
    for (const listener of this.written) listener(key, baseTime);
  }

  /** Whether rows that go there are those of the data table. */
  isData({ table, family }: RowTarget): boolean {
    return table === this.table && (family === FAMILY || family.equals(FAMILY));
  }
}
