import { DATA_FAMILY } from '../schema';
import type { TableSettings } from '../config/settings/tables';

/** One column family. */
export interface Family {
  readonly name: string;
  /** Versions of a cell that are kept; absent: the store's default. */
  readonly versions?: number;
  /** Its cells may go after a time that the operator chooses; those of other families never. */
  readonly mayExpire?: boolean;
}

/** What a table is for. A rollup configuration adds tables of the last two kinds. */
export type TableRole = 'uid' | 'data' | 'tree' | 'meta' | 'rollup' | 'preaggregate';

/** One table: what the stores, the checks at the start and the tools need to know to make it, find it or judge it. */
export interface Table {
  readonly role: TableRole;
  readonly name: string;
  readonly families: readonly Family[];
  /** Keys begin with the salt of the layout: made with a region for each salt. */
  readonly salted: boolean;
  /** Rows are hours of a series with many small cells: the embedded store packs them. */
  readonly packed: boolean;
}

/** The tables of a TSD by what they are for. */
export interface Tables {
  readonly uid: Table;
  readonly data: Table;
  readonly tree: Table;
  readonly meta: Table;
  /** Those that the rollup configuration names beside the data table, in its order, each name once. */
  readonly rollups: readonly Table[];
}

const POINTS: readonly Family[] = [{ name: DATA_FAMILY.toString(), versions: 1, mayExpire: true }];

/** A table whose rows are series by time: the data table, one of rollups or of pre-aggregates. */
export function timeSeriesTable(role: TableRole, name: string): Table {
  return { role, name, families: POINTS, salted: true, packed: true };
}

/** The original's tables as its create_table.sh makes them, under the configured names. */
export function tablesOf(names: TableSettings['names'], rollups: readonly Table[] = []): Tables {
  const plain = (role: TableRole, name: string, families: readonly Family[]): Table => {
    return { role, name, families, salted: false, packed: false };
  };
  return {
    uid: plain('uid', names.uid, [{ name: 'id' }, { name: 'name' }]),
    data: timeSeriesTable('data', names.data),
    tree: plain('tree', names.tree, [{ name: 't', versions: 1 }]),
    meta: plain('meta', names.meta, [{ name: 'name' }]),
    rollups: rollups.filter(({ name }) => name !== names.data),
  };
}

/** Every table once, in the order in which they are made. */
export function listTables({ uid, data, tree, meta, rollups }: Tables): Table[] {
  return [uid, data, tree, meta, ...rollups];
}
