import type { SpoolSettings } from '../../config/settings/write';
import type { Storage } from '../../storage';

/** What of a store the spool stands in front of. */
export type Writes = Pick<Storage, 'put' | 'append' | 'delete'>;

/** When the spool takes points, and when it looks for storage. */
export interface SpoolPace extends Pick<SpoolSettings, 'afterMs'> {
  /** Milliseconds between looks whether storage is back: the first, and the longest. */
  firstPauseMs: number;
  longestPauseMs: number;
}

export const SPOOL_PAUSES = { firstPauseMs: 500, longestPauseMs: 5000 };

/** Why points went into the spool: by the class of storage's error, or because they have to follow others. */
export type SpoolReason = 'throttle' | 'timeout' | 'unavailable' | 'refused' | 'behind';
