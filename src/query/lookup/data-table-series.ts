import { selectionFilter, type SeriesSelection } from '../../meta';
import { allSalts, DATA_FAMILY, keysWithPrefix, tagsAt, tsuidOfKey, type KeyLayout } from '../../schema';
import type { CallOptions, Storage } from '../../storage';
import type { UidWidths } from '../../uid';

const EVERYTHING = Buffer.alloc(0);

/**
 * The series that have rows in the data table: one TSUID a row, in the order of the rows, which is that of the hours within a metric. Of a row
 * only the key is read. A key has the time before the tags, so that no jump leads from a series to the next one: series of an hour lie side
 * by side, and whether a later hour has further ones only its rows can tell.
 */
export class DataTableSeries {
  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly layout: KeyLayout,
    private readonly widths: UidWidths,
  ) {}

  /** @param batchRows how many to read at once */
  async *series(selection: SeriesSelection, batchRows: number, options: CallOptions): AsyncGenerator<Buffer[]> {
    const { layout } = this;
    const { metric } = selection;
    const filter = selectionFilter(selection, tagsAt(layout), this.widths);
    const prefixes = metric === null ? [EVERYTHING] : allSalts(layout).map((salt) => Buffer.concat([salt, metric]));
    for (const prefix of prefixes) {
      const rows = this.storage.scan(this.table, {
        ...options,
        ...keysWithPrefix(prefix),
        family: DATA_FAMILY,
        filter,
        batchRows,
        firstCellOnly: true,
        withoutValues: true,
        transient: true,
      });
      for await (const batch of rows) {
        const found = batch.flatMap(({ key }) => (this.hasTags(key) ? [tsuidOfKey(layout, key)] : []));
        if (found.length > 0) yield found;
      }
    }
  }

  /** Global annotations are in rows without tags. */
  private hasTags(key: Buffer): boolean {
    const tags = key.length - tagsAt(this.layout);
    return tags > 0 && tags % (this.layout.tagk + this.layout.tagv) === 0;
  }
}
