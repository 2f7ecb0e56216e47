import type { Histogram } from '../../histogram';
import type { Annotation, KeyLayout } from '../../schema';
import type { Row } from '../../storage';
import type { PointsBuilder } from '../series';
import type { DecodeFindings } from './row-decoder';
import type { RowSpan } from './row-span';

/** A stretch of cell times in milliseconds, `[min, max)`. */
export interface CellTimes {
  readonly min: number;
  readonly max: number;
}

/**
 * Where a sub-query's values come from: the table, how its keys are laid out, how much time a row covers and how its cells are read.
 * Everything else of a query (filters, ranges, groups, arithmetic) is the same for all sources.
 */
export interface PointSource {
  readonly table: string;
  readonly family: Buffer;
  readonly layout: KeyLayout;
  readonly rowSpan: RowSpan;
  /** What a scan of `[start, end)`, in seconds, may say about the times of the cells it looks for; undefined: nothing. */
  cellTimes(start: number, end: number): CellTimes | undefined;
  newReader(visitor: RowVisitor): RowReader;
}

/** Told of what a row holds beside points, while it is read. */
export interface RowVisitor {
  /** There are cells that the query is after, though no point may come of them: its series is there. */
  matched(): void;
  annotation(note: Annotation): void;
  /** @param ms its time @param bytes of its cell */
  histogram(ms: number, histogram: Histogram, bytes: number): void;
}

/** Reads the rows of one scan, one after the other. */
export interface RowReader {
  /** Bytes of all cells that `estimate` has seen. */
  readonly bytes: number;
  readonly findings: DecodeFindings;
  /** How many points a row seems to have, by the lengths of its cells: cheap, to make room and to keep to limits. */
  estimate(row: Row): number;
  /**
   * Adds a row's points to those of its series.
   * @param baseTime of the row, seconds
   * @returns whether compaction might find something to do in this row
   * @throws DuplicateTimestampError, IllegalDataError, IllegalArgumentError, ClientError; the points are then as they were
   */
  read(row: Row, baseTime: number, points: PointsBuilder): boolean;
}

/** For those who want points alone. */
export const POINTS_ALONE: RowVisitor = { matched: () => undefined, annotation: () => undefined, histogram: () => undefined };
