import type { Config } from '../types';

/** What the configuration says about compaction. */
export interface CompactionSettings {
  /** Rows are queued, merged and written back. */
  readonly enabled: boolean;
  /** Append columns that are out of order are rewritten when they are read. */
  readonly repairAppends: boolean;
  /** Seconds in which `minFlushThreshold` rows, or their share of the queue, are compacted. */
  readonly flushInterval: number;
  /** Rows that may stay in the queue for good, and fewest compacted in an interval. */
  readonly minFlushThreshold: number;
  /** Rows being compacted at once, at most. */
  readonly maxConcurrentFlushes: number;
  /** The queue is emptied in an hour divided by this. */
  readonly flushSpeed: number;
  /** Most bytes of the queue. */
  readonly queueBytes: number;
  /**
   * Milliseconds for which nobody may have written a row before it is merged: several times what the clocks of region servers may
   * differ by, and, for data that comes late, longer than from one point of a series to the next.
   */
  readonly quietMs: number;
}

/**
 * The numbers are read although compaction is off, as in the original.
 * @throws NumberFormatError
 */
export function readCompactionSettings(config: Config): CompactionSettings {
  return {
    enabled: config.getBoolean('tsd.storage.enable_compaction'),
    repairAppends: config.getBoolean('tsd.storage.repair_appends'),
    flushInterval: Math.max(config.getInt('tsd.storage.compaction.flush_interval'), 1),
    minFlushThreshold: config.getInt('tsd.storage.compaction.min_flush_threshold'),
    maxConcurrentFlushes: Math.max(config.getInt('tsd.storage.compaction.max_concurrent_flushes'), 1),
    flushSpeed: config.getInt('tsd.storage.compaction.flush_speed'),
    queueBytes: config.getInt('tsd.storage.compaction.queue_bytes'),
    quietMs: 1000 * Math.max(config.getInt('tsd.storage.compaction.rest'), 0),
  };
}
