/**
 * UIDs: the numbers that stand for names of metrics, tag keys and tag values in row keys. Look-ups in both directions through caches
 * (unique-id.ts), assignment (allocator.ts), renames and deletes (changes.ts), the table itself (uid-table.ts), and a cache that several TSDs
 * share (redis/).
 */
import { SILENT_LOG } from '../util/log';
import type { SharedUidCache } from './shared-cache';
import type { Uids } from './types';
import { StorageUids, type UidParts } from './uids';

export * from './errors';
export { loadFilter } from './filter-loader';
export type * from './filter';
export { kindOf, maxId, metaQualifier } from './kinds';
export { NameCodec } from './name-codec';
export { NameValidator } from './name-validator';
export { findNames, findNamesOfSeries, Names, namesOfSeries, tagsInHashOrder, type SeriesNames } from './names';
export * from './types';
export { readSeal } from './redis/generation';
export type { Seal } from './redis/seal';
export { NAME_FAMILY } from './uid-table';
export type { UidParts } from './uids';

/**
 * UIDs as the configuration wants them. Nothing is read until `open` or the first look-up.
 * @throws IllegalArgumentError for values that the original does not start with either
 */
export function createUids(parts: UidParts): Uids {
  return new StorageUids(parts, redisOf(parts));
}

function redisOf({ settings, model, storage, logger = SILENT_LOG }: UidParts): SharedUidCache | null {
  if (settings.redis === null) return null;
  // Loaded only where it is wanted: the client takes a tenth of a second of every start.
  const { RedisUidCache } = require('./redis/redis-uid-cache') as typeof import('./redis/redis-uid-cache');
  return new RedisUidCache(storage, { ...settings.redis, table: model.tables.uid.name, readOnly: model.mode === 'ro' }, logger);
}
