import type { Environment } from './environment';
import { packSlice, type Slice } from './packer';
import type { StoredTable } from './table';
import { TimeSlice } from '../../util/time-slice';

/** Packing a row costs the same for one cell as for many: at least so many a row should wait, on the average. */
const CELLS_PER_COLUMN = 8;
/** So many times the least number of cells may wait where there are many rows. */
const MOST = 16;

/**
 * Work of a slice, in cells. A slice waits behind the puts that were there before it: where many are, it must do more than they bring,
 * or packing never catches up.
 */
const LEAST_WORK = 20_000;
const MOST_WORK = 400_000;
const AHEAD = 3;
/** Work between two looks at the clock. */
const STEP_WORK = 2000;

/** Starts packing when enough cells stand singly, and keeps at it until those are packed. */
export class Packing {
  /** Cells that stand in the active generation, as far as this process knows. */
  private readonly standing = new Map<StoredTable, number>();
  private readonly enough = new Map<StoredTable, number>();
  private readonly running = new Map<StoredTable, Promise<void>>();
  private stopped = false;
  /** Cells, ever. */
  private written = 0;
  private slices = 0;
  private sliceMs = 0;

  constructor(
    private readonly environment: Environment,
    private readonly packAfter: number,
  ) {}

  wrote(table: StoredTable, cells: number): void {
    if (table.runs === null || this.stopped) return;
    this.written += cells;
    const standing = (this.standing.get(table) ?? this.count(table)) + cells;
    this.standing.set(table, standing);
    if (standing < (this.enough.get(table) ?? this.packAfter) || this.running.has(table)) return;
    // What goes wrong here leaves everything readable as it is; the next put meets the same error and reports it.
    const run = this.run(table)
      .catch(() => undefined)
      .finally(() => this.running.delete(table));
    this.running.set(table, run);
  }

  private count(table: StoredTable): number {
    return table.active(table.state()).getStats().entryCount ?? 0;
  }

  private async run(table: StoredTable): Promise<void> {
    let columns = 0;
    let before = this.written;
    for (let swapped = false; !this.stopped;) {
      const slice = await this.environment.transaction(() => {
        const started = performance.now();
        const work = Math.min(Math.max(LEAST_WORK, AHEAD * (this.written - before)), MOST_WORK);
        before = this.written;
        const done = this.pack(table, work, !swapped);
        this.sliceMs += performance.now() - started;
        return done;
      });
      this.slices++;
      if (slice.did === 'idle') break;
      if (slice.did === 'swapped') {
        swapped = true;
        columns = 0;
        this.standing.set(table, 0);
      }
      columns += slice.columns;
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.enough.set(table, Math.min(Math.max(this.packAfter, CELLS_PER_COLUMN * columns), MOST * this.packAfter));
  }

  /** Packs so much, in cells, or less if others should have their turn. */
  private pack(table: StoredTable, work: number, maySwap: boolean): Slice {
    const time = this.isBehind(table) ? null : new TimeSlice();
    let columns = 0;
    for (let left = work; ; left -= STEP_WORK) {
      const step = packSlice(table, Math.min(left, STEP_WORK), maySwap);
      if (step.did !== 'packed') return step;
      columns += step.columns;
      if (left <= STEP_WORK || time?.isOver() === true) return { did: 'packed', columns };
    }
  }

  /** Twice as many cells wait as are packed at a time, and those of the last time are not packed yet: what others wait for comes second. */
  private isBehind(table: StoredTable): boolean {
    return (this.standing.get(table) ?? 0) > 2 * (this.enough.get(table) ?? this.packAfter);
  }

  stats(): Record<string, number> {
    return { pack_slices: this.slices, pack_ms: Math.round(this.sliceMs) };
  }

  /** What is begun is finished, the rest waits for the next start. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running.values());
  }
}
