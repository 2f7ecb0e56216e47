import { hourOf } from '../schema';
import { NumberScanner, type PointSink, type RowWriter } from '../write';
import type { SeriesState } from './import-series';

const SPACE = 32;
/** Rows whose hour is over so long ago are compacted at the end of an import, in seconds. */
const ROW_AGE = 3601;
const EMPTY = Buffer.alloc(0);

/**
 * Lines of one series behind one another, as `scan --import` prints them: their names are compared with those of the line before, and nothing is looked up. Points of a row
 * that begins in such a run are gathered and written with one cell, as the row would look after the compaction at the end.
 */
export class ImportRuns {
  private readonly number = new NumberScanner();
  /** Metric and tags of the line before, as they stand there. */
  private metric = EMPTY;
  private tags = EMPTY;
  private state: SeriesState | null = null;
  /** Base time of the row that is gathered, seconds; -1: none is. */
  private base = -1;
  /** The youngest base time of rows that are compacted. */
  private readonly youngest: number;

  /** @param rows null: rows are not written whole */
  constructor(
    private readonly rows: RowWriter | null,
    private readonly sink: PointSink,
    now = Date.now(),
  ) {
    this.youngest = Math.floor(now / 1000) - ROW_AGE;
  }

  /** Where the metric of a line ends when it is that of the line before; -1: it is another one. */
  metricEnd(bytes: Buffer, from: number, to: number): number {
    const { metric } = this;
    const end = from + metric.length;
    if (end >= to || bytes[end] !== SPACE) return -1;
    for (let i = 0; i < metric.length; i++) if (bytes[from + i] !== metric[i]) return -1;
    return end;
  }

  /** The series of a line whose metric is that of the line before. @param from where the blank before the tags is */
  sameTags(bytes: Buffer, from: number, to: number): SeriesState | null {
    const { tags } = this;
    if (to - from !== tags.length) return null;
    for (let i = tags.length - 1; i >= 0; i--) if (bytes[from + i] !== tags[i]) return null;
    return this.state;
  }

  /** A run of another series begins. */
  begin(bytes: Buffer, from: number, metricTo: number, tagsFrom: number, to: number, state: SeriesState): void {
    this.end();
    this.metric = Buffer.from(bytes.subarray(from, metricTo));
    this.tags = Buffer.from(bytes.subarray(tagsFrom, to));
    this.state = state;
  }

  /**
   * Gathers a point of the series of this run, which is later than `state.last`.
   * @param from where its value begins
   * @returns false: it has to go the usual way
   */
  add(bytes: Buffer, from: number, to: number, timestamp: number, state: SeriesState): boolean {
    const { rows, number } = this;
    if (rows === null || state.key === null) return false;
    const base = hourOf(timestamp);
    const begins = base !== this.base;
    if (begins) {
      this.end();
      // Points of this row that came before the run are on their way as single cells.
      if (base > this.youngest || (state.last >= 0 && hourOf(Math.floor(state.last / 1000)) === base)) return false;
    }
    if (number.scan(bytes, from, to) !== to || number.isHalfway()) return this.end();
    if (begins) {
      if (!rows.begin(state.key, base, this.sink)) return false;
      this.base = base;
    }
    return rows.add(timestamp, number.encode('import'), number.value) || this.end();
  }

  /** The row that is gathered has no more points. */
  end(): false {
    if (this.base >= 0) this.rows?.end();
    this.base = -1;
    return false;
  }
}
