import type { Mode } from '../config/settings/mode';

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

/** The caches keep what a mode needs. */
export function cachePolicyOf(mode: Mode): CachePolicy {
  switch (mode) {
    case 'ro':
      return READ_ONLY;
    case 'wo':
      return WRITE_ONLY;
    case 'rw':
      return CACHE_BOTH;
  }
}
