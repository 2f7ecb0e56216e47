/**
 * What reading a range needs of memory beside its rows. A read ends before another begins, so all reads of a store use the same: memory
 * outside of V8's heap is dear to allocate, and a small query would spend more on it than on its cells.
 */
import { CellList } from './cell-list';
import { CellKey } from './key-codec';
import { RowFold } from './log/row-cells';
import { RowCollector } from './row-collector';
import { SinglesOf } from './single-cells';

/** What is larger than this after a read is left to the garbage collector. */
const KEPT_BYTES = 1 << 20;
/** Collectors that wait for the next scans. */
const SPARES = 8;

/** For one read at a time. */
export class ReaderMemory {
  /** Row, and row with family, of the cell before. */
  readonly column = new CellKey();
  readonly from = new CellKey();
  readonly runKey = new CellKey();
  readonly singles = new SinglesOf();
  run = new CellList();
  base = new CellList();
  fold = new RowFold();

  /** Called when a read is over. */
  trim(): void {
    if (this.run.capacity > KEPT_BYTES) this.run = new CellList();
    if (this.base.capacity > KEPT_BYTES) this.base = new CellList();
    if (this.fold.capacity > KEPT_BYTES) this.fold = new RowFold();
  }
}

/** Collectors for scans whose rows are soon done with: each has one as long as it lasts. */
export class CollectorPool {
  private readonly spares: RowCollector[] = [];

  take(): RowCollector {
    return this.spares.pop() ?? new RowCollector();
  }

  /** The rows that it has put together mean nothing any more. */
  give(collector: RowCollector): void {
    if (this.spares.length < SPARES && collector.capacity <= KEPT_BYTES) this.spares.push(collector);
  }
}
