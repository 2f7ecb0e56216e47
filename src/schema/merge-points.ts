import { javaBytes } from './bytes';
import { ColumnHeap } from './column-heap';
import { IllegalDataError } from './errors';
import type { PointColumn } from './row-columns';
import { readValue } from './value';

/** How points at one time are dealt with. */
export interface MergeOptions {
  /** `tsd.storage.fix_duplicates`: of different values at one time keep the newest cell's instead of failing. */
  fixDuplicates: boolean;
  /** `tsd.storage.use_otsdb_timestamp`: cell timestamps are the data's, so duplicates are resolved by value. */
  dateTiered: boolean;
  /** `tsd.storage.use_max_value`, in that mode: keep the largest value, else the smallest. */
  useMaxValue: boolean;
}

export const DEFAULT_MERGE: Readonly<MergeOptions> = { fixDuplicates: false, dateTiered: false, useMaxValue: true };

/** What merging found on its way; the caller adds it up. */
export interface MergeFindings {
  /** Points dropped because the same bytes stood there at the same time. */
  duplicatesSame: number;
  /** Points dropped because another value stood there at the same time. */
  duplicatesDifferent: number;
  /** Lines for the log, in the original's words. */
  warnings: string[];
}

/** Two values at one time, and nobody said which to keep. Counts as one different duplicate. */
export class DuplicateTimestampError extends IllegalDataError {
  constructor(message: string) {
    super(message);
    this.name = 'DuplicateTimestampError';
  }
}

/** One point as it comes out of the merge: views. */
export interface MergedPoint {
  offsetMs: number;
  qualifier: Buffer;
  value: Buffer;
  flags: number;
}

/**
 * Merges the points of a row's columns in time order, one for each millisecond. Mirrors CompactionQueue.mergeDatapoints, and
 * dtcsMergeDataPoints for the date-tiered mode.
 * @param columns standing at their first points
 * @throws DuplicateTimestampError, IllegalDataError
 */
export function mergePoints(
  key: Uint8Array,
  columns: readonly PointColumn[],
  options: MergeOptions,
  findings: MergeFindings,
  emit: (point: MergedPoint) => void,
): void {
  const heap = new ColumnHeap();
  for (const column of columns) heap.push(column);
  if (options.dateTiered) mergeByValue(heap, options.useMaxValue, emit);
  else mergeByAge(key, heap, options.fixDuplicates, findings, emit);
}

function mergeByAge(
  key: Uint8Array,
  heap: ColumnHeap,
  fixDuplicates: boolean,
  findings: MergeFindings,
  emit: (point: MergedPoint) => void,
): void {
  let kept: MergedPoint | null = null;
  for (let column = heap.pop(); column !== undefined; column = heap.pop()) {
    if (kept === null || column.offsetMs !== kept.offsetMs) emit((kept = pointOf(column)));
    else if (column.value.equals(kept.value)) findings.duplicatesSame++;
    else dropDifferent(key, kept, column, fixDuplicates, findings);
    if (column.advance()) heap.push(column);
  }
}

function dropDifferent(key: Uint8Array, kept: MergedPoint, column: PointColumn, fixDuplicates: boolean, findings: MergeFindings): void {
  findings.duplicatesDifferent++;
  const where = `Duplicate timestamp for key=${javaBytes(key)}, ms_offset=${kept.offsetMs}`;
  const [first, second] = [javaBytes(kept.value), javaBytes(column.value)];
  // "older" is the value of the newer cell: the original's labels are swapped.
  if (!fixDuplicates)
    throw new DuplicateTimestampError(
      `${where}, older=${first}, newer=${second}; set tsd.storage.fix_duplicates=true to fix automatically or run Fsck`,
    );
  findings.warnings.push(`${where}, kept=${first}, discarded=${second}`);
}

function mergeByValue(heap: ColumnHeap, useMaxValue: boolean, emit: (point: MergedPoint) => void): void {
  let best: MergedPoint | null = null;
  let bestValue = 0;
  for (let column = heap.pop(); column !== undefined; column = heap.pop()) {
    const point = pointOf(column);
    const value = Number(readValue(point.value, 0, point.flags));
    if (best === null || best.offsetMs !== point.offsetMs) {
      if (best !== null) emit(best);
      [best, bestValue] = [point, value];
    } else if (useMaxValue ? value > bestValue : value < bestValue) [best, bestValue] = [point, value];
    if (column.advance()) heap.push(column);
  }
  if (best !== null) emit(best);
}

function pointOf(column: PointColumn): MergedPoint {
  return { offsetMs: column.offsetMs, qualifier: column.qualifier, value: column.value, flags: column.flags };
}
