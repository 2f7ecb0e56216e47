/**
 * UIDs: the numbers that stand for names of metrics, tag keys and tag values in row keys. Look-ups in both directions through caches
 * (unique-id.ts), assignment (allocator.ts), renames and deletes (changes.ts), the table itself (uid-table.ts), and a cache that several TSDs
 * share (redis/).
 */
import type { Config } from '../config/types';
import type { Storage } from '../storage';
import { SILENT_LOG, type Log } from '../util/log';
import type { SharedUidCache } from './shared-cache';
import type { Uids } from './types';
import { StorageUids } from './uids';

export * from './errors';
export type * from './filter';
export { kindOf, maxId } from './kinds';
export { NameCodec } from './name-codec';
export { NameValidator } from './name-validator';
export * from './types';

/** UIDs as the configuration wants them. Nothing is read until `open` or the first look-up. */
export function createUids(config: Config, storage: Storage, logger: Log = SILENT_LOG): Uids {
  return new StorageUids(config, storage, logger, redisOf(config, storage, logger));
}

function redisOf(config: Config, storage: Storage, logger: Log): SharedUidCache | null {
  const url = config.getString('tsd.redis.url') ?? '';
  if (url === '') return null;
  // Loaded only where it is wanted: the client takes a tenth of a second of every start.
  const { RedisUidCache } = require('./redis/redis-uid-cache') as typeof import('./redis/redis-uid-cache');
  const options = {
    url,
    timeoutMs: config.getInt('tsd.redis.timeout'),
    ttlSeconds: config.getInt('tsd.redis.ttl'),
    table: config.getString('tsd.storage.hbase.uid_table') ?? 'tsdb-uid',
    readOnly: (config.getString('tsd.mode') ?? '').toLowerCase() === 'ro',
  };
  return new RedisUidCache(storage, options, logger);
}
