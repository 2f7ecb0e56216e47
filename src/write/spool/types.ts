import type { SpoolSettings } from '../../config/settings/write';
import type { Storage } from '../../storage';
import type { RowFence } from './row-fence';

/** What of a store the spool stands in front of. */
export type Writes = Pick<Storage, 'put' | 'putRows' | 'append' | 'delete'>;

/** When the spool takes points, and when it looks for storage. */
export interface SpoolPace extends Pick<SpoolSettings, 'afterMs'> {
  /** Milliseconds between looks whether storage is back: the first, and the longest. */
  firstPauseMs: number;
  longestPauseMs: number;
}

/** Takes records of a backlog out to storage. */
export interface Outlet {
  /** @returns false: the record has to wait until the batch is out */
  take(payload: Buffer): boolean;
  /**
   * Sends the batch; with nothing in it, at once.
   * @returns true: all of it is out. False: what is not stays in the batch
   */
  send(): Promise<boolean>;
  /** Milliseconds to leave storage alone after a failure, at least. */
  readonly leastPauseMs: number;
}

/**
 * Points that wait for storage, with what must go behind them. Several workers have one spool: the one that keeps it has the files (`Backlog`), the
 * others bring points there (`RemoteBacklog`).
 */
export interface WaitingPoints {
  /** What has something in the spool. */
  readonly fence: Pick<RowFence, 'has' | 'open'>;
  /** Storage takes nothing at the moment: everything goes into the spool. */
  readonly away: boolean;
  /** Nothing is here: points go to storage. */
  readonly idle: boolean;
  replayed: number;
  readonly damaged: number;
  /** Since when there is something in it, `performance.now()` scale; 0: there is nothing. */
  readonly since: number;
  /** Bytes in files, and on their way into one. */
  readonly bytes: number;
  /** `idle` may have changed. */
  onChange: () => void;
  /** Undefined, or resolves once the last of the backlog is written: until then new points must wait, so that it comes to an end. */
  passable(): Promise<void> | undefined;
  /** Whether a point has to go into the spool. While storage is away, now and then one is let through to see whether it still is. */
  holds(name: Uint8Array): boolean;
  /** Whether this call should try storage although it is away: true once in each pause. */
  takeTrial(): boolean;
  /** Adds records whose rows (or series) are `names`. @throws SpoolFullError, or the file system's error */
  add(names: readonly Uint8Array[], payloads: readonly Buffer[]): Promise<void>;
  /** Begins to replay, and goes on for as long as the process lives; nothing in a worker that brings points elsewhere. */
  start(outlet: Outlet): void;
  /** Storage did not take a single point in time. */
  lost(error: Error): void;
  /** Storage took something. */
  found(): void;
}

export const SPOOL_PAUSES = { firstPauseMs: 500, longestPauseMs: 5000 };

/** Why points went into the spool: by the class of storage's error, or because they have to follow others. */
export type SpoolReason = 'throttle' | 'timeout' | 'unavailable' | 'refused' | 'behind';
