import {
  columnKindAt,
  DATA_FAMILY,
  DuplicateTimestampError,
  IllegalArgumentError,
  IllegalDataError,
  mergeRow,
  type MergedRow,
  type MergeOptions,
} from '../../schema';
import { PackedCells, type Row, type RowDelete, type RowPut } from '../../storage';
import type { CompactionStats } from './stats';

/** Bytes that a cell's qualifier may have: what two bytes of length can say. HBase's index blocks suffer from more, too. */
const MAX_QUALIFIER = 0xffff;
/** Before they are merged, cells may overlap: after a crash between put and delete every point is there twice. */
const MAX_QUALIFIERS = 4 * MAX_QUALIFIER;

/** What is to be done in one row: first the put, and when that is acknowledged the delete. */
export interface RowPlan {
  key: Buffer;
  put: RowPut | null;
  /**
   * The put has to be seen in the row before anything is deleted. Where points were dropped, the row may have had a column of this
   * name before: 2.4.1 puts tombstones at the time of its compaction, and such a one would hide a cell that is older.
   */
  confirm: boolean;
  delete: RowDelete | null;
  appendRepair: { qualifier: Buffer; expected: Buffer; value: Buffer } | null;
}

export interface PlanOptions {
  /** `tsd.storage.enable_compaction`: points are merged; without it only append columns are repaired. */
  enabled: boolean;
  merge: MergeOptions;
  repairAppends: boolean;
  stats: CompactionStats;
  warn: (message: string) => void;
}

/** Bytes of all qualifiers that name points. */
function pointQualifierBytes(row: Row): number {
  let bytes = 0;
  for (let i = 0; i < row.size; i++) {
    const length = row.qualifierLength(i);
    if ((length & 1) === 0) bytes += length;
  }
  return bytes;
}

/** Whether the row was written in append mode. */
export function hasAppends(row: Row): boolean {
  for (let i = 0; i < row.size; i++)
    if (columnKindAt(row.block.data, row.qualifierOffset(i), row.qualifierLength(i)) === 'append') return true;
  return false;
}

/** Whether the row's points can't fit into one cell. */
export function tooLong(row: Row): boolean {
  return pointQualifierBytes(row) > MAX_QUALIFIERS;
}

/**
 * Merges a row's cells and says what is to be written and deleted, null when it is nothing. Deletes are bounded by the times of the
 * cells that were read, and the merged cell is as old as the newest of them: a point that is written meanwhile, be it at a time that
 * had one, stays and stands as if it had come after the compaction.
 */
export function planRow(row: Row, options: PlanOptions): RowPlan | null {
  const { enabled, repairAppends, stats } = options;
  const merged = tooLong(row) ? null : tryMerge(row, options);
  if (merged === null) {
    if (tooLong(row)) stats.skipped.too_long++;
    return null;
  }
  const { key } = row;
  const { cell, write, deletes, appendRepair } = merged;
  if (appendRepair !== null) {
    if (!repairAppends) return null;
    const repair = { qualifier: row.qualifier(appendRepair.cell), expected: row.value(appendRepair.cell), value: appendRepair.value };
    return { key, put: null, confirm: false, delete: null, appendRepair: repair };
  }
  if (!enabled || cell === null || (!write && deletes.length === 0)) return null;
  if (cell.qualifier.length > MAX_QUALIFIER) {
    stats.skipped.too_long++;
    return null;
  }
  return {
    key,
    put: write ? { row: key, cells: PackedCells.of(cell.qualifier, cell.value), timestamps: [merged.newest] } : null,
    confirm: merged.duplicatesSame + merged.duplicatesDifferent > 0,
    delete: deletes.length === 0 ? null : { row: key, family: DATA_FAMILY, qualifiers: deletes, timestamps: timesOf(row, deletes) },
    appendRepair: null,
  };
}

function tryMerge(row: Row, { merge, stats, warn }: PlanOptions): MergedRow | null {
  try {
    const merged = mergeRow(row, merge);
    if (merged.merged) stats.merged++;
    stats.duplicatesSame += merged.duplicatesSame;
    stats.duplicatesDifferent += merged.duplicatesDifferent;
    merged.warnings.forEach(warn);
    return merged;
  } catch (error) {
    if (error instanceof DuplicateTimestampError) {
      stats.merged++;
      stats.duplicatesDifferent++;
      stats.skipped.duplicates++;
    } else if (error instanceof IllegalDataError || error instanceof IllegalArgumentError) stats.skipped.unreadable++;
    else throw error;
    warn(error.message);
    return null;
  }
}

/** The times of the row's cells with these qualifiers, which are in the order of the cells. */
function timesOf(row: Row, qualifiers: readonly Buffer[]): number[] {
  const times: number[] = [];
  for (let i = 0; i < row.size && times.length < qualifiers.length; i++)
    if (row.qualifier(i).equals(qualifiers[times.length])) times.push(row.timestamp(i));
  return times;
}
