import { keysWithPrefix } from '../schema';
import type { CallOptions, Row, ScanOptions, Storage } from '../storage';
import type { UidWidths } from '../uid';
import { selectionFilter, type SeriesSelection } from './series-selection';
import { isTsuid } from './tsuid';

const EVERYTHING = Buffer.alloc(0);

/** Column family of the meta table. */
export const META_FAMILY = Buffer.from('name');
/** Column of the counter of a series' points. */
export const COUNTER_COLUMN = Buffer.from('ts_ctr');
/** Column of what is known of a series. */
export const META_COLUMN = Buffer.from('ts_meta');

/** A series that the meta table knows. */
export interface KnownSeries {
  readonly tsuid: Buffer;
  /** Milliseconds: when a point of it was last counted, by the time of the counter's cell. */
  readonly countedAt: number;
}

/** The meta table: a row for each series that was counted, under its TSUID. Mirrors how TSMeta reads it. */
export class SeriesTable {
  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly widths: UidWidths,
  ) {}

  /** When points of these series were last counted, in milliseconds; null for a series without a counter. */
  async countedAt(tsuids: readonly Buffer[], options: CallOptions): Promise<(number | null)[]> {
    const gets = tsuids.map((row) => ({ row, family: META_FAMILY, qualifiers: [COUNTER_COLUMN] }));
    const rows = await this.storage.multiGet(this.table, gets, options);
    return rows.map((row) => (row === null ? null : row.timestamp(0)));
  }

  /** The counted series of a selection, in the order of their TSUIDs. */
  async *counted(selection: SeriesSelection, options: CallOptions): AsyncGenerator<KnownSeries[]> {
    const rows = this.rows(selection, { ...options, qualifiers: [COUNTER_COLUMN], withoutValues: true, transient: true });
    for await (const batch of rows) yield batch.map((row) => ({ tsuid: Buffer.from(row.key), countedAt: row.timestamp(0) }));
  }

  /**
   * The series of a selection, counted or not, in the order of their TSUIDs.
   * @param batchRows how many to read at once
   */
  async *series(selection: SeriesSelection, batchRows: number, options: CallOptions): AsyncGenerator<Buffer[]> {
    const rows = this.rows(selection, { ...options, batchRows, firstCellOnly: true, withoutValues: true, transient: true });
    for await (const batch of rows) yield batch.map((row) => Buffer.from(row.key));
  }

  /** The rows of the series of a selection. */
  async *rows(selection: SeriesSelection, options: Omit<ScanOptions, 'start' | 'stop' | 'family' | 'filter'>): AsyncGenerator<Row[]> {
    const rows = this.storage.scan(this.table, {
      ...options,
      ...keysWithPrefix(selection.metric ?? EVERYTHING),
      family: META_FAMILY,
      filter: selectionFilter(selection, this.widths.metrics, this.widths),
    });
    for await (const batch of rows) {
      // TSMeta can be stored under a metric alone; that is no series.
      const found = batch.filter((row) => isTsuid(row.key, this.widths));
      if (found.length > 0) yield found;
    }
  }
}
