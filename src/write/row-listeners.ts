import { DATA_FAMILY } from '../schema';
import type { LaneTarget } from './write-lane';
import type { WrittenRows } from './written-rows';

/** Held here: an import is looked up at every use. */
const FAMILY = DATA_FAMILY;

/** Where a row goes. */
type RowTarget = Pick<LaneTarget, 'table' | 'family'>;

/** Tells those who want to know of rows of the data table that were written, and of none of other tables. */
export class RowListeners {
  private readonly written: ((rows: WrittenRows) => void)[] = [];
  private stored: ((rowKey: Buffer, points: number) => void) | null = null;

  constructor(private readonly table: string) {}

  /** @see PointWriter.onRowsWritten */
  onWritten(listener: (rows: WrittenRows) => void): void {
    this.written.push(listener);
  }

  /** @see PointWriter.onPointsStored */
  onStored(listener: (rowKey: Buffer, points: number) => void): void {
    this.stored = listener;
  }

  /** Storage has points of rows. */
  tellStored(target: RowTarget, rows: WrittenRows): void {
    if (this.stored === null || !this.isData(target)) return;
    for (let i = 0; i < rows.size; i++) this.stored(rows.key(i), rows.points(i));
  }

  /** Nothing of these rows is on its way any more; those that points were appended to have nothing to compact. */
  tellWritten(target: RowTarget & Pick<LaneTarget, 'append'>, rows: WrittenRows): void {
    if (target.append || !this.isData(target)) return;
    for (const listener of this.written) listener(rows);
  }

  /** Whether rows that go there are those of the data table. */
  isData({ table, family }: RowTarget): boolean {
    return table === this.table && (family === FAMILY || family.equals(FAMILY));
  }
}
