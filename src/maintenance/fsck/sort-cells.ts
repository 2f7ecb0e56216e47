import {
  checkQualifierAt,
  columnKindAt,
  corruptedValue,
  flagsAt,
  offsetMsAt,
  parseAppendColumn,
  parseRollupQualifier,
  qualifierLengthAt,
  valueLengthOf,
  MS_MIXED_COMPACT,
  type PointCell,
  type StoredRow,
} from '../../schema';
import { IllegalArgumentError, IllegalDataError } from '../../schema/errors';
import { PointColumn } from '../../schema/row-columns';
import { javaClassOf } from '../../util/errors';
import { aboutCell, cellText, type Findings } from './findings';
import { checkPoint } from './point-check';

/** A point where it was found. */
export interface FoundPoint extends PointCell {
  readonly offsetMs: number;
  /** Number of its cell in the row. */
  readonly cell: number;
  /** Its cell holds several. */
  readonly compacted: boolean;
  /** Of its cell, milliseconds. */
  readonly timestamp: number;
}

/** The cells of a row by what a check does about them; numbers are those of cells. */
export interface SortedCells {
  /** Points of their own cells and of sound compacted columns, in the order of the cells. */
  readonly points: FoundPoint[];
  /** What a query reads of compacted columns that are not sound. */
  readonly salvaged: FoundPoint[];
  readonly singles: number[];
  readonly compacted: number[];
  readonly badCompacted: number[];
  readonly unknown: number[];
  /** Times of the points in the append column, which stays as it is; null: the row has none that can be read. */
  readonly appended: { readonly cell: number; readonly times: ReadonlySet<number> } | null;
}

/** Old rollups have the aggregator's name in front of their qualifier. */
const AGGREGATOR_NAME = /^[a-z][a-z0-9]*$/;

/** Sorts a row's cells, and tells of those that nobody can make anything of. Mirrors the first half of Fsck.fsckRow. */
export function sortCells(row: StoredRow, findings: Findings): SortedCells {
  const out: SortedCells & { appended: SortedCells['appended'] } = {
    points: [],
    salvaged: [],
    singles: [],
    compacted: [],
    badCompacted: [],
    unknown: [],
    appended: null,
  };
  const { data } = row.block;
  for (let i = 0; i < row.size; i++) {
    const length = row.qualifierLength(i);
    const kind = columnKindAt(data, row.qualifierOffset(i), length);
    if (length < 2) unknown(row, i, 'Invalid qualifier, must be on 2 bytes or more.', findings, out);
    else if (isNamedRollup(row, i)) future(row, i, findings);
    else if (length % 2 === 1 && length !== 3 && length !== 5)
      unknown(row, i, 'Unknown qualifier, must be 2, 3, 5 or an even number of bytes.', findings, out);
    else if (kind === 'annotation') findings.counts.annotations++;
    else if (kind === 'append') out.appended = appendColumn(row, i, findings) ?? out.appended;
    else if (length % 2 === 1) future(row, i, findings);
    else if (kind === 'compacted') compactedColumn(row, i, findings, out);
    else {
      const qualifier = row.qualifier(i);
      out.singles.push(i);
      out.points.push(pointOf(row, i, false, qualifier, row.value(i)));
    }
  }
  return out;
}

/** A qualifier like `sum:` and two bytes: no pair of points has such flags. */
function isNamedRollup(row: StoredRow, cell: number): boolean {
  if (row.qualifierLength(cell) < 5 || row.block.data[row.qualifierOffset(cell) + row.qualifierLength(cell) - 3] !== 0x3a) return false;
  const rollup = parseRollupQualifier(row.qualifier(cell));
  return typeof rollup?.aggregator === 'string' && AGGREGATOR_NAME.test(rollup.aggregator);
}

function unknown(row: StoredRow, cell: number, message: string, { log, counts }: Findings, out: SortedCells): void {
  counts.unknown++;
  log.error(aboutCell(message, row, cell));
  out.unknown.push(cell);
}

function future(row: StoredRow, cell: number, { log, counts }: Findings): void {
  counts.futureObjects++;
  log.warn(aboutCell('Found an object possibly from a future version of OpenTSDB', row, cell));
}

function appendColumn(row: StoredRow, cell: number, { log }: Findings): SortedCells['appended'] {
  try {
    const { points } = parseAppendColumn(row.key, row.qualifier(cell), row.value(cell), row.timestamp(cell));
    return { cell, times: new Set(points.map(({ qualifier }) => offsetMsAt(qualifier, 0))) };
  } catch (error) {
    if (!isIllegal(error)) throw error;
    log.error(`Unexpected exception processing append data point: ${cellText(row, cell)}\n${javaClassOf(error)}: ${error.message}`);
    return null;
  }
}

function compactedColumn(row: StoredRow, cell: number, findings: Findings, out: SortedCells): void {
  const { log, counts } = findings;
  const problem = problemOf(row, cell);
  if (problem === null) {
    const points = walk(row, cell);
    if (points.some(({ offsetMs }, i) => i > 0 && offsetMs < points[i - 1].offsetMs)) {
      counts.unordered++;
      log.error(`Compacted column was out of order or requires a fixup: ${cellText(row, cell)}`);
    }
    out.compacted.push(cell);
    out.points.push(...points);
    return;
  }
  counts.badCompacts++;
  log.error(problem);
  out.badCompacted.push(cell);
  out.salvaged.push(...salvage(row, cell));
}

/** What is wrong with a compacted column as a whole; null: nothing. */
function problemOf(row: StoredRow, cell: number): string | null {
  const [qualifiers, values] = [row.qualifier(cell), row.value(cell)];
  if (values.length > 0 && values.readInt8(values.length - 1) > MS_MIXED_COMPACT)
    return aboutCell(
      'The last byte of a compacted should be 0 or 1. Either this value is corrupted or it was written by a future version of OpenTSDB.',
      row,
      cell,
    );
  const soFar: PointCell[] = [];
  let valueAt = 0;
  let at = 0;
  try {
    while (at < qualifiers.length) {
      checkQualifierAt(qualifiers, 0, qualifiers.length, at);
      const end = valueAt + valueLengthOf(flagsAt(qualifiers, at));
      if (end > values.length) break;
      const next = at + qualifierLengthAt(qualifiers, at);
      soFar.push({ qualifier: qualifiers.subarray(at, next), value: values.subarray(valueAt, end) });
      [at, valueAt] = [next, end];
    }
  } catch (error) {
    if (!isIllegal(error)) throw error;
    return aboutCell(error.message, row, cell);
  }
  if (at === qualifiers.length && valueAt === values.length - 1) return null;
  return corruptedValue(valueAt, values.length - 1, () => cellText(row, cell), soFar).message;
}

/** The points that a query reads of a column. @throws IllegalDataError where it fails */
function walk(row: StoredRow, cell: number): FoundPoint[] {
  const column = new PointColumn(row, cell, row.timestamp(cell), row.qualifier(cell), row.value(cell), false);
  const points: FoundPoint[] = [];
  for (let more = column.read(); more; more = column.advance()) points.push(pointOf(row, cell, true, column.qualifier, column.value));
  return points;
}

/** What is left of a column that is not sound, were it alone in its row; not the points that alone make a query fail. */
function salvage(row: StoredRow, cell: number): FoundPoint[] {
  try {
    return walk(row, cell).filter(({ qualifier, value }) => checkPoint(qualifier, value).kind !== 'bad');
  } catch (error) {
    if (isIllegal(error)) return [];
    throw error;
  }
}

function pointOf(row: StoredRow, cell: number, compacted: boolean, qualifier: Buffer, value: Buffer): FoundPoint {
  return { offsetMs: offsetMsAt(qualifier, 0), cell, compacted, timestamp: row.timestamp(cell), qualifier, value };
}

function isIllegal(error: unknown): error is Error {
  return error instanceof IllegalDataError || error instanceof IllegalArgumentError;
}
