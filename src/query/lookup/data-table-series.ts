import { selectionFilter, type SeriesSelection } from '../../meta';
import { allSalts, baseTimeAt, DATA_FAMILY, keysWithPrefix, tagsAt, tsuidOfKey, type KeyLayout } from '../../schema';
import type { CallOptions, Storage } from '../../storage';
import type { UidWidths } from '../../uid';
import type { ReadBudget } from '../plan';

const EVERYTHING = Buffer.alloc(0);

/** Series of some rows. */
export interface SeriesBatch {
  readonly tsuids: readonly Buffer[];
  /** Key of the last row; null: nobody knows. */
  readonly end: Buffer | null;
}

/**
 * The series that have rows in the data table: one TSUID a row, in the order of the rows, which is that of the hours within a metric. Of a row
 * only the key is read, which costs the store about a microsecond a row. A key has the time before the tags, so that no jump leads from a series to the next one: series of an hour lie side
 * by side, and whether a later hour has further ones only its rows can tell.
 */
export class DataTableSeries {
  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly layout: KeyLayout,
    private readonly widths: UidWidths,
  ) {}

  /**
   * @param batchRows how many to read at once
   * @param budget where the rows are counted, as points, and the bytes of their keys
   * @param wanted asked for every row, by a text that is the same for rows of one series alone, and its key, which is a view; null: all are
   * @returns in the order of their keys
   */
  async *series(
    selection: SeriesSelection,
    batchRows: number,
    options: CallOptions,
    budget: ReadBudget,
    wanted: ((series: string, key: Buffer) => boolean) | null,
  ): AsyncGenerator<SeriesBatch> {
    const { layout } = this;
    const { metric } = selection;
    const filter = selectionFilter(selection, tagsAt(layout), this.widths);
    const prefixes = metric === null ? [EVERYTHING] : allSalts(layout).map((salt) => Buffer.concat([salt, metric]));
    for (const prefix of prefixes) {
      const { start, stop } = keysWithPrefix(prefix);
      const rows = this.storage.scan(this.table, {
        start,
        stop,
        family: DATA_FAMILY,
        filter,
        batchRows,
        firstCellOnly: true,
        withoutValues: true,
        transient: true,
        ...options,
      });
      for await (const batch of rows) {
        for (const { key } of batch) budget.bytes += key.length;
        budget.dataPoints += batch.length;
        budget.check();
        const found: Buffer[] = [];
        for (const { key } of batch) {
          if (this.hasTags(key) && (wanted === null || wanted(this.idOf(key, metric), key))) found.push(tsuidOfKey(layout, key));
        }
        const last = batch.at(-1);
        yield { tsuids: found, end: last === undefined ? null : Buffer.from(last.key) };
      }
    }
  }

  private idOf(key: Buffer, metric: Buffer | null): string {
    const tags = key.toString('latin1', tagsAt(this.layout));
    return metric === null ? key.toString('latin1', this.layout.salt, baseTimeAt(this.layout)) + tags : tags;
  }

  /** Global annotations are in rows without tags. */
  private hasTags(key: Buffer): boolean {
    const tags = key.length - tagsAt(this.layout);
    return tags > 0 && tags % (this.layout.tagk + this.layout.tagv) === 0;
  }
}
