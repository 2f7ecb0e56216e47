import type { Storage } from '../storage';
import { metaQualifier, NAME_FAMILY, UID_KINDS } from '../uid';
import { removalOf } from './remove-cells';
import { COUNTER_COLUMN, META_COLUMN, META_FAMILY } from './series-table';

const UID_COLUMNS = [META_COLUMN, ...UID_KINDS.map(metaQualifier)];
const SERIES_COLUMNS = [META_COLUMN, COUNTER_COLUMN];

/** Removes all metadata of UIDs from the UID table. @returns how many cells @throws StorageError. Mirrors MetaPurge.purgeUIDMeta */
export function purgeUidMetas(storage: Storage, uidTable: string): Promise<number> {
  return purge(storage, uidTable, NAME_FAMILY, UID_COLUMNS);
}

/** Removes all metadata and counters of series. @returns how many cells @throws StorageError. Mirrors MetaPurge.purgeTSMeta */
export function purgeTsMetas(storage: Storage, metaTable: string): Promise<number> {
  return purge(storage, metaTable, META_FAMILY, SERIES_COLUMNS);
}

async function purge(storage: Storage, table: string, family: Buffer, qualifiers: readonly Buffer[]): Promise<number> {
  let cells = 0;
  const everything = { start: Buffer.alloc(0), stop: Buffer.alloc(0) };
  for await (const rows of storage.scan(table, { ...everything, family, qualifiers, withoutValues: true })) {
    const removals = rows.map((row) => removalOf(row, () => true)).filter((removal) => removal !== null);
    const [failure] = await storage.delete(table, removals);
    if (failure !== undefined) throw failure.error;
    cells += removals.reduce((sum, removal) => sum + (removal.qualifiers?.length ?? 0), 0);
  }
  return cells;
}
