import type { JavaNamed } from '../util/errors';

/**
 * The class of a storage error tells the caller what to do next: try later, slow down, or give up.
 * Each error names the table, the row where there is one, and keeps its cause.
 */
export interface StorageErrorContext {
  table?: string;
  row?: Buffer;
  /** Where the call was sent, `host:port`. */
  server?: string;
  attempts?: number;
  /** Milliseconds from the first attempt to giving up. */
  elapsedMs?: number;
  cause?: unknown;
}

export class StorageError extends Error {
  readonly context: StorageErrorContext;
  constructor(message: string, context: StorageErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = new.target.name;
    this.context = context;
  }
}

/** The same call may work later: a region is moving, a server is restarting. The store itself has already tried. */
export class RetryableError extends StorageError {}

/** The store is overloaded: the caller must slow down. Mirrors asynchbase's PleaseThrottleException. */
export class ThrottleError extends RetryableError implements JavaNamed {
  get javaClass(): string {
    return 'org.hbase.async.PleaseThrottleException';
  }
}

/** The store has no room left on its disk. It may have some later: what was accepted is worth keeping, who waits should be told. */
export class StoreFullError extends RetryableError {}

/** The store's file is not what was written to it. The store refuses to work until somebody has looked at it. */
export class DamagedStoreError extends StorageError {}

/** The call was not answered within its deadline. Its effect is unknown. */
export class TimeoutError extends RetryableError {}

/** The table is there but disabled: nothing works until somebody enables it, and then everything does. */
export class TableDisabledError extends RetryableError {}

/** Trying again does not help: no such table or family, or the server refuses the call. */
export class DoNotRetryError extends StorageError {}

/** The table does not exist. */
export class TableNotFoundError extends DoNotRetryError implements JavaNamed {
  get javaClass(): string {
    return 'org.hbase.async.TableNotFoundException';
  }
}
