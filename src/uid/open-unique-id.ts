import type { UidSettings } from '../config/settings/uids';
import type { Storage } from '../storage';
import { UidAllocator } from './allocator';
import { UidCache } from './cache';
import { CACHE_BOTH } from './cache-policy';
import { UidChanges } from './changes';
import { checkWidth, kindOf } from './kinds';
import type { Log } from '../util/log';
import { NameCodec } from './name-codec';
import { TableChanges } from './redis/table-changes';
import { UidTable } from './uid-table';
import { UniqueId } from './unique-id';

export interface OpenUniqueId {
  uid: UniqueId;
  changes: UidChanges;
}

export interface UniqueIdChoice {
  /** The column, verbatim; `metric` passes too, as in the original, and has a life of its own. */
  kind: string;
  width: number;
  table: string;
  logger: Log;
}

/**
 * One kind with a width of the caller's choice, without filters and without rules for names: for the tools.
 * @throws IllegalArgumentError `Invalid type requested: KIND`, `Invalid width: N`
 */
export function openUniqueId(settings: UidSettings, storage: Storage, { kind, width, table, logger }: UniqueIdChoice): OpenUniqueId {
  kindOf(kind);
  const codec = NameCodec.of(settings.charset);
  const uidTable = new UidTable(storage, table, kind, checkWidth(width), codec);
  const random = kind === 'metrics' && settings.randomMetrics;
  const uid = new UniqueId({
    table: uidTable,
    cache: new UidCache(width),
    allocator: new UidAllocator(uidTable, random, logger),
    policy: CACHE_BOTH,
    logger,
  });
  return { uid, changes: new UidChanges(uid, logger, new TableChanges(storage, table, logger).of(kind)) };
}
