import { buildAppendColumn } from './append';
import { buildCompacted, type PointCell } from './compacted';
import { mergePoints, type MergedPoint, type MergeFindings, type MergeOptions } from './merge-points';
import { columnsOf, loneColumn, unknownColumn, type StoredRow, type RowColumns } from './row-columns';

/** The result of merging a row's cells, and what compaction should write and delete for it. */
export interface MergedRow extends MergeFindings {
  /** The one column that holds all points: compacted, or the lone cell as it stands; null: the row has no points. */
  cell: PointCell | null;
  /** The points of `cell`, in time order; views. */
  points: PointCell[];
  /** The cells were merged: `compaction.count` grows by one. */
  merged: boolean;
  /** `cell` is not in the row yet: put it, and only then delete. */
  write: boolean;
  /** Qualifiers of the cells that `cell` stands for, all versions. */
  deletes: Buffer[];
  /** The newest timestamp among the merged cells, milliseconds: what `cell` is put with in date-tiered mode. */
  newest: number;
  /** The append column's bytes in order and without replaced entries, when it isn't so already. */
  appendRepair: { cell: number; value: Buffer } | null;
  /** Indexes of the row's annotation and histogram cells. */
  annotations: number[];
  histograms: number[];
}

/**
 * Merges all cells of a data row into one. The surviving points, their bytes, and what is to be written and deleted depend on
 * the cells alone, so all TSDs on a cluster agree. Mirrors CompactionQueue.compact, but for the meta
 * byte in date-tiered mode, which says what was written, and for cells without a value, which are left alone.
 * @throws DuplicateTimestampError, IllegalDataError, IllegalArgumentError in the original's words
 */
export function mergeRow(row: StoredRow, options: MergeOptions): MergedRow {
  const found = columnsOf(row);
  const { append, annotations, histograms, newest } = found;
  const out: MergedRow = {
    cell: null,
    points: [],
    merged: false,
    write: false,
    deletes: [],
    newest,
    appendRepair: append?.repairable ? { cell: append.cell, value: buildAppendColumn(append.points) } : null,
    annotations,
    histograms,
    duplicatesSame: 0,
    duplicatesDifferent: 0,
    warnings: found.unknown.map((i) => unknownColumn(row, i)),
  };
  if (found.columns.length === 0) return out;
  const lone = loneColumn(found.columns);
  if (lone !== null) {
    out.cell = { qualifier: lone.qualifiers, value: lone.values };
    out.points = [out.cell];
    return out;
  }
  out.merged = true;
  mergePoints(row.key, found.columns, options, out, (point: MergedPoint) => out.points.push(point));
  out.cell = buildCompacted(out.points);
  // A row written in append mode is never rewritten: its column may be growing right now.
  if (append === null) decide(row, found, out.cell, out);
  return out;
}

function decide(row: StoredRow, { columns, dataCells }: RowColumns, cell: PointCell, out: MergedRow): void {
  const withPoints = new Set(columns.map((column) => column.cell));
  out.write = true;
  for (const i of dataCells) {
    if (!withPoints.has(i)) continue;
    const same = row.qualifierLength(i) === cell.qualifier.length && row.qualifier(i).equals(cell.qualifier);
    if (same) out.write = !row.value(i).equals(cell.value);
    else out.deletes.push(row.qualifier(i));
  }
}
