import type { Config } from '../types';
import { readHBaseSettings, type HBaseSettings } from './hbase';
import { optionalText, textOf } from './read';

/** Which store there is, and how long a start waits for it. */
export interface StorageSettings {
  /**
   * `hbase`, `embedded`, or what the configuration says instead. When it says nothing: HBase if it names a ZooKeeper quorum, so that an
   * existing opentsdb.conf works as it is; else the embedded store.
   */
  readonly engine: string;
  /** Directory of the embedded store. */
  readonly embeddedPath: string;
  /** The client's, where the store is HBase. */
  readonly hbase: HBaseSettings | null;
}

/** @throws NumberFormatError */
export function readStorageSettings(config: Config): StorageSettings {
  const named = optionalText(config, 'tsd.storage.engine')?.trim().toLowerCase();
  const engine = named || (config.isSet('tsd.storage.hbase.zk_quorum') ? 'hbase' : 'embedded');
  return {
    engine,
    embeddedPath: textOf(config, 'tsd.storage.embedded.path'),
    hbase: engine === 'hbase' ? readHBaseSettings(config) : null,
  };
}

/** Milliseconds that a start waits for storage that is away; Infinity: without end. @throws NumberFormatError */
export function readStartupTimeout(config: Config): number {
  const milliseconds = config.getInt('tsd.storage.startup_timeout');
  return milliseconds < 0 ? Infinity : milliseconds;
}
