import type { QuerySettings } from '../../config/settings';
import { baseTimeAt, keysWithPrefix, tagsAt } from '../../schema';
import type { CallOptions, Row, Storage } from '../../storage';
import type { DataModel } from '../../tables';
import type { Uids } from '../../uid';
import { TimeSlice } from '../../util/time-slice';
import { NameFilter } from '../scan/name-filter';
import { Sources } from '../source';
import type { ValidSubQuery } from '../specification';
import { QueryPlanner, type PlannedSubQuery } from './planner';

/** What rows are found with. */
export interface RowScanParts {
  settings: QuerySettings;
  model: DataModel;
  storage: Storage;
  uids: Uids;
}

/** A part of the data table that a query would read, one a salt bucket. */
export interface RowRange {
  /** Batches of rows in the order of their keys, those of them alone that every filter of the query accepts. */
  rows(options?: CallOptions): AsyncGenerator<Row[]>;
}

/** Whole seconds, both inclusive; no end: to the last row. */
export interface RowTimes {
  readonly start: number;
  readonly end: number | null;
}

/**
 * The rows of the data table that a query of the command line reads, as they are stored: for tools that look at cells. All filters apply, also those that the
 * original's tools leave out because its storage does not evaluate them.
 * @param times rows are whole: points outside are among them. An end on the hour includes that hour
 * @returns the ranges in the order of salts
 * @throws NoSuchUniqueName, StorageError, IllegalArgumentError
 */
export async function scanRows(
  { settings, model, storage, uids }: RowScanParts,
  subQuery: ValidSubQuery,
  { start, end }: RowTimes,
): Promise<RowRange[]> {
  const { layout, merge, tables } = model;
  const sources = new Sources({ table: tables.data.name, layout, merge, dateTieredSince: Infinity });
  // A query in milliseconds reads on for a second: one in seconds does not.
  const times = { startMs: start * 1000, endMs: ((end ?? start) - 1) * 1000 };
  const [planned] = await new QueryPlanner(settings, sources, uids, times).plan([subQuery]);
  const { ranges } = planned.scan;
  const stops = ranges.map(({ start: key, stop }) => (end === null ? keysWithPrefix(key.subarray(0, baseTimeAt(layout))).stop : stop));
  return ranges.map((range, i) => ({
    rows: (options = {}) =>
      readRows(storage, uids, planned, { ...options, start: range.start, stop: stops[i], batchRows: settings.batchRows }),
  }));
}

async function* readRows(
  storage: Storage,
  uids: Uids,
  { scan, filters }: PlannedSubQuery,
  options: CallOptions & { start: Buffer; stop: Buffer; batchRows: number },
): AsyncGenerator<Row[]> {
  const { table, layout, family } = scan.source;
  const names = filters.postScan.length === 0 ? null : new NameFilter(uids, layout, filters.postScan, null);
  const verdicts = new Map<string, boolean>();
  const seriesOf = ({ key }: Row): string => key.toString('latin1', tagsAt(layout));
  const slice = new TimeSlice(options.signal ?? new AbortController().signal);
  // Rows at times that no row should have are what the tools look for.
  const filter = scan.filter && { ...scan.filter, onlyRowTimes: false };
  for await (const batch of storage.scan(table, { ...options, family, filter })) {
    if (names === null) {
      yield batch;
      continue;
    }
    const fresh = new Map(batch.filter((row) => !verdicts.has(seriesOf(row))).map((row) => [seriesOf(row), row.key]));
    const decided = await names.decide([...fresh.values()], slice);
    [...fresh.keys()].forEach((series, i) => verdicts.set(series, decided[i]));
    yield batch.filter((row) => verdicts.get(seriesOf(row)) === true);
  }
}
