import type { Config } from '../types';
import { intOf, optionalInt } from './read';

/** What the configuration says about writing. */
export interface WriteSettings {
  /** Tags that a point may have. */
  readonly maxTags: number;
  /** Bytes of the write buffer. */
  readonly bufferBytes: number;
  /** Milliseconds that a write may wait for others; null: the write path's own choice. */
  readonly flushMs: number | null;
  /** Cells of one request; null: the write path's own choice. */
  readonly batchCells: number | null;
  /** A UID filter may refuse names, or some kind of name is not created: names are asked for one after the other. */
  readonly namesMayFail: boolean;
  /** The meta cache plugin is told of points: metadata are tracked. */
  readonly tracksMeta: boolean;
}

const AUTO_CREATE = ['metrics', 'tagks', 'tagvs'];
const TRACKS_META = ['enable_tsuid_tracking', 'enable_realtime_ts', 'enable_tsuid_incrementing'];

/** @throws NumberFormatError */
export function readWriteSettings(config: Config): WriteSettings {
  const batch = optionalInt(config, 'hbase.rpcs.batch.size') ?? 0;
  return {
    maxTags: intOf(config, 'tsd.storage.max_tags'),
    bufferBytes: intOf(config, 'tsd.storage.write_buffer.bytes'),
    flushMs: optionalInt(config, 'hbase.rpcs.buffered_flush_interval'),
    batchCells: batch > 0 ? batch : null,
    namesMayFail:
      config.getBoolean('tsd.uidfilter.enable') || !AUTO_CREATE.every((kinds) => config.getBoolean(`tsd.core.auto_create_${kinds}`)),
    tracksMeta: TRACKS_META.some((flag) => config.getBoolean(`tsd.core.meta.${flag}`)),
  };
}

/** Where points are kept that storage does not take. */
export interface SpoolSettings {
  /** Directory; made when missing. */
  readonly path: string;
  /** Bytes of all files together. */
  readonly maxBytes: number;
  /** Milliseconds that storage has for a point before it is spooled. */
  readonly afterMs: number;
}

/** Null: there is no spool. @throws NumberFormatError */
export function readSpoolSettings(config: Config): SpoolSettings | null {
  const path = config.getString('tsd.storage.spool.path');
  if (!path) return null;
  return { path, maxBytes: config.getInt('tsd.storage.spool.max_bytes'), afterMs: config.getInt('tsd.storage.spool.after') };
}
