import type { Config } from '../config/types';
import { checkLayout, type KeyLayout } from '../schema';
import type { UidWidths } from '../uid/types';
import { IllegalArgumentError } from '../util/errors';
import type { LanePace } from './write-lane';

/** What the configuration says about writing. */
export interface WriteSettings {
  table: string;
  layout: KeyLayout;
  maxTags: number;
  /** Points go into one append column a row. */
  appends: boolean;
  /** Cells carry the time of their point. */
  explicitTimestamps: boolean;
  bufferBytes: number;
  pace: LanePace;
  /** Milliseconds that closing waits for storage. */
  drainMs: number;
}

const DEFAULT_BUFFER_BYTES = 256 << 20;
const DEFAULT_MAX_TAGS = 8;
/** Measured: the cells that come in this time share rows, which HBase writes at a third of the cost; twice the time gains nothing. */
const FLUSH_MS = 100;
/** For points that somebody waits for: what comes in one go still shares a request. */
const HURRY_MS = 2;
const BATCH_CELLS = 10_000;
const IN_FLIGHT = 4;
/** A store that is away longer than this loses points; the buffer is full long before at any real rate. */
const RETRY_MS = 15 * 60_000;
const DRAIN_MS = 60_000;

/** Reads a number that may be absent. @throws NumberFormatError */
function int(config: Config, key: string, absent: number): number {
  return config.has(key) ? config.getInt(key) : absent;
}

/** Row key layout of the data table, from the widths of UIDs and the salt keys. @throws IllegalArgumentError */
export function layoutOf(config: Config, widths: UidWidths): KeyLayout {
  return checkLayout({
    salt: int(config, 'tsd.storage.salt.width', 0),
    saltBuckets: int(config, 'tsd.storage.salt.buckets', 20),
    metric: widths.metrics,
    tagk: widths.tagk,
    tagv: widths.tagv,
  });
}

/** @throws IllegalArgumentError, NumberFormatError */
export function writeSettings(config: Config, widths: UidWidths): WriteSettings {
  const maxTags = int(config, 'tsd.storage.max_tags', DEFAULT_MAX_TAGS);
  if (maxTags < 1) throw new IllegalArgumentError('tsd.storage.max_tags must be greater than 0');
  const batch = int(config, 'hbase.rpcs.batch.size', 0);
  return {
    table: config.getString('tsd.storage.hbase.data_table') ?? 'tsdb',
    layout: layoutOf(config, widths),
    maxTags,
    appends: config.getBoolean('tsd.storage.enable_appends'),
    explicitTimestamps: config.getBoolean('tsd.storage.use_otsdb_timestamp'),
    bufferBytes: int(config, 'tsd.storage.write_buffer.bytes', DEFAULT_BUFFER_BYTES),
    pace: {
      flushMs: int(config, 'hbase.rpcs.buffered_flush_interval', FLUSH_MS),
      hurryMs: int(config, 'hbase.rpcs.buffered_flush_interval', HURRY_MS),
      batchCells: batch > 0 ? batch : BATCH_CELLS,
      inFlight: IN_FLIGHT,
      retryMs: RETRY_MS,
    },
    drainMs: DRAIN_MS,
  };
}
