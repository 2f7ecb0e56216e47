import type { RowSpan } from '../source';
import type { ScanWindow } from './scan-window';

/** Rows of one series that a scan may have; with more, nobody needs to know when each begins. */
const MOST_OF_A_SCAN = 10_000;
/** The same for all scans of a request together. */
const MOST_OF_ALL = 100_000;

/** The last second that a key can hold. */
const LAST_SECOND = 0xffff_ffff;

/** When the rows of the scans of one request begin. Scans of the same rows share one list, and all lists together are bound. */
export class RowTimes {
  private readonly known = new Map<RowSpan, Map<string, readonly number[] | undefined>>();
  private left: number;

  constructor(most = MOST_OF_ALL) {
    this.left = most;
  }

  /**
   * Base times of the rows in a window, ascending; undefined: too many, or more than keys hold.
   * @param withEnd a row may begin where the window ends
   */
  of(rowSpan: RowSpan, { scanStart, scanEnd }: ScanWindow, withEnd = false): readonly number[] | undefined {
    let lists = this.known.get(rowSpan);
    if (lists === undefined) this.known.set(rowSpan, (lists = new Map<string, readonly number[] | undefined>()));
    const which = `${scanStart} ${scanEnd} ${withEnd}`;
    if (lists.has(which)) return lists.get(which);
    const times = scanEnd > LAST_SECOND ? undefined : this.list(rowSpan, scanStart, withEnd ? scanEnd + 1 : scanEnd);
    this.left -= times?.length ?? 0;
    lists.set(which, times);
    return times;
  }

  private list(rowSpan: RowSpan, start: number, stop: number): readonly number[] | undefined {
    const most = Math.min(MOST_OF_A_SCAN, this.left);
    const times: number[] = [];
    for (let time = rowSpan.start(start); time < stop; time = rowSpan.next(time)) {
      if (time < start) continue;
      if (times.length === most) return undefined;
      times.push(time);
    }
    return times;
  }
}
