import { allSalts, setBaseTime, tagsAt, type KeyLayout } from '../../schema';
import type { DataModel } from '../../tables';
import type { Rollups } from '../../rollup';
import type { KeyRange } from '../walk/key-ranges';

const HOUR = 3600;

/** A table of series by time, with the first row that is to stay: rows whose base time lies before it have ended by the cutoff. */
export interface PrunedTable {
  readonly name: string;
  /** Base time in seconds. */
  readonly before: number;
}

/** The tables in which a series has points, and where each is cut. @param cutoff seconds: whole rows that end by then go */
export function prunedTables({ tables }: DataModel, rollups: Rollups | null, cutoff: number): PrunedTable[] {
  const hour = cutoff - (cutoff % HOUR);
  const before = new Map([[tables.data.name, hour]]);
  for (const interval of rollups?.config.intervals ?? []) {
    const row = interval.isDefault ? hour : interval.start(cutoff);
    for (const name of [interval.table, interval.preAggregateTable]) before.set(name, Math.min(before.get(name) ?? row, row));
  }
  return [...before].map(([name, time]) => ({ name, before: Math.max(0, time) }));
}

/** The keys of a metric's rows before a time, one range a salt. */
export function rangesBefore(layout: KeyLayout, metric: Buffer, before: number): KeyRange[] {
  return allSalts(layout).map((salt) => {
    const key = (time: number): Buffer => {
      const bytes = Buffer.concat([salt, metric, Buffer.alloc(tagsAt(layout) - layout.salt - layout.metric)]);
      setBaseTime(layout, bytes, time);
      return bytes;
    };
    return { start: key(0), stop: key(before) };
  });
}
