import type { Storage } from '../storage';
import { ID_FAMILY } from './uid-table';
import { allNames } from './suggest';
import type { UniqueId } from './unique-id';

/**
 * Fills the caches from the UID table before the daemon serves. Stops when `maxEntries` mappings are in (2.4.1 goes on to the end of the
 * table, one row a batch). Mirrors UniqueId.preloadUidCache.
 * @returns mappings taken in
 */
export async function preload(storage: Storage, table: string, kinds: readonly UniqueId[], maxEntries: number): Promise<number> {
  if (maxEntries <= 0 || kinds.length === 0) return 0;
  const { codec } = kinds[0].table;
  const epochs = kinds.map((uid) => uid.cache.epoch);
  let loaded = 0;
  for await (const rows of storage.scan(table, { ...allNames(codec), family: ID_FAMILY }))
    for (const row of rows) {
      const stored = codec.decode(row.key);
      for (const [i, uid] of kinds.entries()) {
        const id = row.get(ID_FAMILY, uid.table.qualifier);
        if (id?.length !== uid.table.width) continue;
        if (loaded === maxEntries) return loaded;
        await uid.keep(stored, id, epochs[i]);
        loaded++;
      }
    }
  return loaded;
}
