import type { Config } from '../types';

/** What the configuration says about metadata that are written on their own, as points and names come in. */
export interface MetaSettings {
  /** Metadata of a UID are stored when it is assigned. */
  readonly createsUidMetas: boolean;
  /** What is stored of the series of points; null: nothing. */
  readonly tracking: TrackingSettings | null;
  /** How new series are placed in trees; null: they are not. */
  readonly trees: TreeSettings | null;
}

export interface TreeSettings {
  /** Series whose place another one has are recorded, where the tree wants that. */
  readonly storesCollisions: boolean;
}

export interface TrackingSettings {
  /** Metadata are stored of a series that has none. */
  readonly creates: boolean;
  /** Points are counted. Otherwise a counter of 1 marks the series as seen, unless metadata do. */
  readonly counts: boolean;
  /** Milliseconds in which a counter moves once at most, but for the first time in an hour; 0: with every write, as in the original. */
  readonly intervalMs: number;
  /** Bytes that series which were seen may take of the memory. */
  readonly bytes: number;
}

/** @throws NumberFormatError */
export function readMetaSettings(config: Config): MetaSettings {
  const on = (flag: string): boolean => config.getBoolean(`tsd.core.meta.${flag}`);
  const creates = on('enable_realtime_ts');
  const intervalMs = 1000 * config.getInt('tsd.core.meta.counter.interval');
  const tracking = {
    creates,
    counts: creates && on('enable_tsuid_incrementing'),
    intervalMs,
    bytes: config.getInt('tsd.core.meta.memory'),
  };
  const trees = { storesCollisions: config.getBoolean('tsd.core.tree.store_collisions') };
  return {
    createsUidMetas: on('enable_realtime_uid'),
    tracking: on('enable_tsuid_tracking') ? tracking : null,
    trees: config.getBoolean('tsd.core.tree.enable_processing') ? trees : null,
  };
}
