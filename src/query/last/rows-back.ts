import { MAX_TIMESPAN, rowKeyOfTsuid } from '../../schema';
import type { CallOptions, RowGet, Storage } from '../../storage';
import type { TimeSlice } from '../../util/time-slice';
import type { PointSource } from '../source';
import type { LastValue, LastValues } from './last-values';

/** Rows asked for at once, over all series. */
const ROWS_AT_ONCE = 256;
/** A series that has nothing in its first row is looked for in so many times more rows with each further round. */
const GROWTH = 4;

/** Where the last point of a series may be: in the row of an hour, or in those before it. */
export interface RowPlace {
  readonly tsuid: Buffer;
  /** Base time of the newest row, in seconds. */
  readonly newest: number;
  /** Further rows back. */
  readonly more: number;
}

interface Search {
  readonly at: number;
  readonly place: RowPlace;
  /** Rows looked at so far. */
  done: number;
}

/**
 * Finds the last point of each series by reading its rows from the newest on, many series at once and one batch of rows after the other, so
 * that neither a long way back nor thousands of series hold more than a batch.
 */
export class RowsBack {
  constructor(
    private readonly storage: Storage,
    private readonly source: PointSource,
    private readonly values: LastValues,
    private readonly slice: TimeSlice,
  ) {}

  /** @returns in the order of `places`; null where no row has a point */
  async find(places: readonly RowPlace[], options: CallOptions): Promise<(LastValue | null)[]> {
    const found: (LastValue | null)[] = places.map(() => null);
    for (let from = 0; from < places.length; from += ROWS_AT_ONCE) {
      let searches: Search[] = places.slice(from, from + ROWS_AT_ONCE).map((place, i) => ({ at: from + i, place, done: 0 }));
      for (let rows = 1; searches.length > 0; rows *= GROWTH) {
        const each = Math.max(1, Math.min(rows, Math.floor(ROWS_AT_ONCE / searches.length)));
        searches = await this.round(searches, each, found, options);
        if (this.slice.isOver()) await this.slice.next();
      }
    }
    return found;
  }

  /** Looks at the next rows of each. @returns those that go on */
  private async round(searches: Search[], each: number, found: (LastValue | null)[], options: CallOptions): Promise<Search[]> {
    const gets: RowGet[] = [];
    const owners: Search[] = [];
    for (const search of searches) {
      const { tsuid, newest, more } = search.place;
      for (let i = 0; i < each && search.done <= more; i++, search.done++) {
        const hour = newest - search.done * MAX_TIMESPAN;
        if (hour < 0) break;
        gets.push({ row: rowKeyOfTsuid(this.source.layout, tsuid, hour), family: this.source.family });
        owners.push(search);
      }
    }
    const rows = gets.length === 0 ? [] : await this.storage.multiGet(this.source.table, gets, options);
    rows.forEach((row, i) => {
      const { at } = owners[i];
      if (row !== null) found[at] ??= this.values.of(row);
    });
    return searches.filter(({ at, place, done }) => {
      const hour = place.newest - done * MAX_TIMESPAN;
      return found[at] === null && done <= place.more && hour >= 0;
    });
  }
}
