import { packSlice } from './packer';
import type { StoredTable } from './table';
import { TimeSlice } from '../../util/time-slice';

/** Work between two looks at the clock, in cells. */
const STEP_WORK = 2000;

/** Who runs write transactions. */
export interface Transactions {
  transaction<T>(action: () => T): Promise<T>;
}

/** Packs all cells of a table that stand singly, in slices of time. */
export async function packSingles(environment: Transactions, table: StoredTable): Promise<void> {
  const slice = new TimeSlice();
  for (let swapped = false; ;) {
    const did = await environment.transaction(() => {
      const time = new TimeSlice();
      for (;;) {
        const step = packSlice(table, STEP_WORK, !swapped);
        if (step !== 'packed' || time.isOver()) return step;
      }
    });
    if (did === 'idle') return;
    if (did === 'swapped') swapped = true;
    await slice.next();
  }
}
