import type { Config } from '../config/types';
import type { Storage } from '../storage';
import type { UidLogger } from './logger';
import type { Uids } from './types';
import { StorageUids } from './uids';

export * from './errors';
export type * from './filter';
export { kindOf, maxId, metaQualifier, TYPE_NAMES } from './kinds';
export { NameCodec } from './name-codec';
export { NameValidator } from './name-validator';
export * from './types';

/** UIDs as the configuration wants them. Nothing is read until `open` or the first look-up. */
export function createUids(config: Config, storage: Storage, logger?: UidLogger): Uids {
  return new StorageUids(config, storage, logger);
}
