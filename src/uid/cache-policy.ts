import type { Config } from '../config/types';

/** Which caches an answer of storage goes into. Assignments, suggestions and the preload always fill both. */
export interface CachePolicy {
  readonly nameToIdOnForward: boolean;
  readonly idToNameOnForward: boolean;
  readonly nameToIdOnReverse: boolean;
  readonly idToNameOnReverse: boolean;
}

const policy = (
  nameToIdOnForward: boolean,
  idToNameOnForward: boolean,
  nameToIdOnReverse: boolean,
  idToNameOnReverse: boolean,
): CachePolicy => ({
  nameToIdOnForward,
  idToNameOnForward,
  nameToIdOnReverse,
  idToNameOnReverse,
});

export const CACHE_BOTH = policy(true, true, true, true);
/** A reader meets ids. */
const READ_ONLY = policy(false, false, false, true);
/** A writer meets names. */
const WRITE_ONLY = policy(true, false, false, false);

/** With `tsd.uid.use_mode` the caches keep what `tsd.mode` needs; without it, everything. */
export function cachePolicy(config: Config): CachePolicy {
  if (!config.getBoolean('tsd.uid.use_mode')) return CACHE_BOTH;
  switch ((config.getString('tsd.mode') ?? '').toLowerCase()) {
    case 'ro':
      return READ_ONLY;
    case 'wo':
      return WRITE_ONLY;
    default:
      return CACHE_BOTH;
  }
}
