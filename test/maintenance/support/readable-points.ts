import {
  DuplicateTimestampError,
  flagsAt,
  IllegalArgumentError,
  IllegalDataError,
  mergeRow,
  offsetMsAt,
  readValue,
} from '../../../src/schema';
import type { Row } from '../../../src/storage';

/** What a query reads of a row, as `MILLISECONDS=VALUE`, sorted; null where it fails. @param row null: there is none */
export function readablePoints(row: Row | null, fixDuplicates = false): string[] | null {
  if (row === null) return [];
  try {
    const { points } = mergeRow(row, { fixDuplicates, dateTiered: false, useMaxValue: true });
    const values = new Map<number, Set<number | bigint>>();
    for (const { qualifier, value } of points) {
      const time = offsetMsAt(qualifier, 0);
      values.set(time, (values.get(time) ?? new Set()).add(readValue(value, 0, flagsAt(qualifier, 0))));
    }
    // Where a column is out of order, duplicates get past the merge: several values at one time are no answer that is to be kept.
    if ([...values.values()].some(({ size }) => size > 1)) return null;
    return [...values].map(([time, [value]]) => `${time}=${value}`).sort();
  } catch (error) {
    const fails = error instanceof DuplicateTimestampError || error instanceof IllegalDataError || error instanceof IllegalArgumentError;
    if (fails) return null;
    throw error;
  }
}
