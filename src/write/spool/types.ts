import type { Storage } from '../../storage';

/** What of a store the spool stands in front of. */
export type Writes = Pick<Storage, 'put' | 'append' | 'delete'>;

export interface SpoolSettings {
  /** Directory; made when missing. */
  path: string;
  /** Bytes of all files together. */
  maxBytes: number;
  /** Milliseconds that storage has for a point before it is spooled. */
  afterMs: number;
  /** Milliseconds between looks whether storage is back: the first, and the longest. */
  firstPauseMs: number;
  longestPauseMs: number;
}

/** Why points went into the spool: by the class of storage's error, or because they have to follow others. */
export type SpoolReason = 'throttle' | 'timeout' | 'unavailable' | 'refused' | 'behind';
