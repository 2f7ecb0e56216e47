import type { Mode } from '../config/settings/mode';
import type { TableSettings } from '../config/settings/tables';
import { checkLayout, type KeyLayout, type MergeOptions } from '../schema';
import { tablesOf, type Table, type Tables } from './table';

/** Bytes of a UID, by kind. */
export interface UidWidths {
  readonly metrics: number;
  readonly tagk: number;
  readonly tagv: number;
}

/**
 * Where everything is kept and how it is laid out: made once from the configuration and handed to all that read or write a table, so that
 * no two of them can disagree.
 */
export interface DataModel {
  readonly tables: Tables;
  /** Widths of UIDs: in the UID table as in row keys. */
  readonly widths: UidWidths;
  /** Row keys of all tables of time series. */
  readonly layout: KeyLayout;
  /** How the cells of a row are made one. */
  readonly merge: Readonly<MergeOptions>;
  /** Points go into one append column a row instead of a cell each. */
  readonly appends: boolean;
  /** Cells carry the time of their point or annotation, in place of that of their writing. */
  readonly explicitTimestamps: boolean;
  /** What this TSD may do with the tables. */
  readonly mode: Mode;
  /** The tables without which a daemon does not start, in the order in which they are looked for. */
  readonly necessary: readonly Table[];
}

/**
 * @param rollups the tables that the rollup configuration names
 * @throws IllegalArgumentError `Invalid width: N`, or for a salt that can't be
 */
export function dataModel(settings: TableSettings, rollups: readonly Table[] = []): DataModel {
  const { widths, saltWidth, saltBuckets, explicitTimestamps } = settings;
  const tables = tablesOf(settings.names, rollups);
  const layout = checkLayout({ salt: saltWidth, saltBuckets, metric: widths.metrics, tagk: widths.tagk, tagv: widths.tagv });
  const { data, uid, tree, meta } = tables;
  return {
    tables,
    widths,
    layout,
    merge: { fixDuplicates: settings.fixDuplicates, dateTiered: explicitTimestamps, useMaxValue: settings.useMaxValue },
    appends: settings.appends,
    explicitTimestamps,
    mode: settings.mode,
    necessary: [data, uid, ...(settings.usesTrees ? [tree] : []), ...(settings.usesMeta ? [meta] : [])],
  };
}
