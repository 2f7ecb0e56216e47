import type { Config } from '../../config/types';
import type { KeyLayout, MergeOptions } from '../../schema';
import type { UidWidths } from '../../uid/types';
import { layoutOf } from '../settings';

/** What the configuration says about compaction. */
export interface CompactionSettings {
  /** `tsd.storage.enable_compaction` in a TSD that may write: rows are queued, merged and written back. */
  enabled: boolean;
  table: string;
  layout: KeyLayout;
  merge: MergeOptions;
  /** `tsd.storage.repair_appends`, likewise. */
  repairAppends: boolean;
  /** Seconds in which `minFlushThreshold` rows, or their share of the queue, are compacted. */
  flushInterval: number;
  /** Rows that may stay in the queue for good, and fewest compacted in an interval. */
  minFlushThreshold: number;
  /** Rows being compacted at once, at most. */
  maxConcurrentFlushes: number;
  /** The queue is emptied in an hour divided by this. */
  flushSpeed: number;
  /** Most bytes of the queue. */
  queueBytes: number;
  /**
   * Milliseconds for which nobody may have written a row before it is merged: several times what the clocks of region servers may
   * differ by, and, for data that comes late, longer than from one point of a series to the next.
   */
  quietMs: number;
  /** Milliseconds that the last flush may take when the TSD stops. */
  drainMs: number;
}

const DRAIN_MS = 10_000;

/**
 * The four numbers are read although compaction is off, as in the original.
 * @param readOnly the TSD must not write anything
 * @throws NumberFormatError, IllegalArgumentError
 */
export function compactionSettings(config: Config, widths: UidWidths, readOnly: boolean): CompactionSettings {
  return {
    enabled: config.getBoolean('tsd.storage.enable_compaction') && !readOnly,
    table: config.getString('tsd.storage.hbase.data_table') ?? 'tsdb',
    layout: layoutOf(config, widths),
    merge: {
      fixDuplicates: config.getBoolean('tsd.storage.fix_duplicates'),
      dateTiered: config.getBoolean('tsd.storage.use_otsdb_timestamp'),
      useMaxValue: config.getBoolean('tsd.storage.use_max_value'),
    },
    repairAppends: config.getBoolean('tsd.storage.repair_appends') && !readOnly,
    flushInterval: Math.max(config.getInt('tsd.storage.compaction.flush_interval'), 1),
    minFlushThreshold: config.getInt('tsd.storage.compaction.min_flush_threshold'),
    maxConcurrentFlushes: Math.max(config.getInt('tsd.storage.compaction.max_concurrent_flushes'), 1),
    flushSpeed: config.getInt('tsd.storage.compaction.flush_speed'),
    queueBytes: config.getInt('tsd.storage.compaction.queue_bytes'),
    quietMs: 1000 * Math.max(config.getInt('tsd.storage.compaction.rest'), 0),
    drainMs: DRAIN_MS,
  };
}
