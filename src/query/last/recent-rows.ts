import { selectionFilter, type SeriesSelection } from '../../meta';
import { allSalts, MAX_TIMESPAN, setBaseTime, tagsAt, tsuidOfKey } from '../../schema';
import type { CallOptions, Storage } from '../../storage';
import type { UidWidths } from '../../uid';
import type { TimeSlice } from '../../util/time-slice';
import type { MemoryShare } from '../plan';
import type { PointSource } from '../source';
import type { LastValue, LastValues } from './last-values';

/** A last point and whose it is. */
export interface SeriesValue extends LastValue {
  readonly tsuid: Buffer;
}

/** What a series that was found holds of memory, roughly. */
const SERIES_BYTES = 256;

/** Finds series and their last points by reading all rows of a metric, hour by hour from the newest on. */
export class RecentRows {
  constructor(
    private readonly storage: Storage,
    private readonly source: PointSource,
    private readonly widths: UidWidths,
    private readonly values: LastValues,
    private readonly memory: MemoryShare,
    private readonly slice: TimeSlice,
  ) {}

  /**
   * @param selection of one metric
   * @param newest base time of the newest rows, in seconds
   * @param more hours further back
   */
  async find(
    selection: SeriesSelection & { readonly metric: Buffer },
    newest: number,
    more: number,
    options: CallOptions,
  ): Promise<SeriesValue[]> {
    const { source } = this;
    const found = new Map<string, SeriesValue>();
    for (let hour = newest; hour >= Math.max(0, newest - more * MAX_TIMESPAN); hour -= MAX_TIMESPAN) {
      for (const salt of allSalts(source.layout)) {
        const key = (time: number): Buffer => {
          const out = Buffer.concat([salt, selection.metric, Buffer.alloc(tagsAt(source.layout) - salt.length - selection.metric.length)]);
          setBaseTime(source.layout, out, time);
          return out;
        };
        const rows = this.storage.scan(source.table, {
          start: key(hour),
          stop: key(hour + MAX_TIMESPAN),
          family: source.family,
          filter: selectionFilter(selection, tagsAt(source.layout), this.widths),
          transient: true,
          ...options,
        });
        for await (const batch of rows) {
          const growing = this.memory.mayGrow();
          if (growing !== null) await growing;
          for (const row of batch) {
            const id = row.key.toString('latin1', tagsAt(source.layout));
            if (found.has(id)) continue;
            const value = this.values.of(row);
            if (value !== null) {
              found.set(id, { tsuid: tsuidOfKey(source.layout, row.key), ...value });
              this.memory.addBytes(SERIES_BYTES);
            }
            if (this.slice.isOver()) await this.slice.next();
          }
        }
      }
    }
    return [...found.values()];
  }
}
