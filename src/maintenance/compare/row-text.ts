import {
  flagsAt,
  IllegalArgumentError,
  IllegalDataError,
  mergeRow,
  offsetMsAt,
  qualifierLengthAt,
  readValue,
  splitCompacted,
  type MergeOptions,
  type MergedRow,
  type PointCell,
} from '../../schema';
import type { Row } from '../../storage';

/** What a row says, apart from how its cells are laid out, in texts that are equal where it says the same. */
export interface RowText {
  readonly points: number;
  readonly text: string;
}

/**
 * The points of a row whether they are in single cells, compacted or appended, its annotations and its histograms. A row that a query cannot read is told by
 * its cells.
 */
export function pointsText(row: Row, options: MergeOptions): RowText {
  let merged: MergedRow;
  let points: PointCell[];
  try {
    merged = mergeRow(row, options);
    points = pointsOf(row, merged);
  } catch (error) {
    if (!(error instanceof IllegalDataError || error instanceof IllegalArgumentError)) throw error;
    return cellsText(row);
  }
  const values = points.map(({ qualifier, value }) => `${offsetMsAt(qualifier, 0)}=${readValue(value, 0, flagsAt(qualifier, 0))}`);
  const notes = merged.annotations.map((i) => `note ${row.qualifier(i).toString('hex')} ${withoutTsuid(row.value(i))}`);
  const histograms = merged.histograms.map((i) => cellText(row, i));
  return { points: points.length, text: [...values, ...notes, ...histograms].join('\n') };
}

/** A row that is told by its cells: those of rollups mean what they are. */
export function cellsText(row: Row): RowText {
  return { points: row.size, text: Array.from({ length: row.size }, (_, i) => cellText(row, i)).join('\n') };
}

/** Stored JSON without the field that names a series: it is another in each store. */
export function withoutTsuid(value: Buffer): string {
  return value.toString('utf8').replace(/"tsuid":"[0-9A-Fa-f]+",?/, '');
}

const cellText = (row: Row, i: number): string => `${row.qualifier(i).toString('hex')} ${row.value(i).toString('hex')}`;

function pointsOf(row: Row, { cell }: MergedRow): PointCell[] {
  if (cell === null) return [];
  const { qualifier, value } = cell;
  return qualifier.length === qualifierLengthAt(qualifier, 0) ? [cell] : splitCompacted(row.key, qualifier, value, 0);
}
