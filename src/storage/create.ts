import { join } from 'node:path';
import type { Config } from '../config/types';
import type { LogSource } from '../util/log';
import { DoNotRetryError } from './errors';
import { EmbeddedStorage, type TableDescription } from './embedded';
import type { Storage } from './storage';

/**
 * The store that the configuration asks for, not yet opened: `tsd.storage.engine` says `hbase` or `embedded`. Without it: HBase when
 * the configuration names a ZooKeeper quorum, so that an existing opentsdb.conf works as it is; else the embedded store.
 *
 * @param logs absent: the store logs nothing
 * @throws DoNotRetryError for an engine that there is not
 */
export function createStorage(config: Config, logs?: LogSource): Storage {
  const engine = engineOf(config);
  switch (engine) {
    case 'hbase': {
      // Loaded when it is wanted: its protocol definitions take longer than the whole start with the embedded store.
      const { HBaseStorage } = require(join(__dirname, 'hbase', 'client')) as {
        HBaseStorage: new (config: Config, logs?: LogSource) => Storage;
      };
      return new HBaseStorage(config, logs);
    }
    case 'embedded':
      return new EmbeddedStorage({ path: config.getString('tsd.storage.embedded.path') || './data', tables: tablesOf(config) });
    default:
      throw new DoNotRetryError(`Invalid value for tsd.storage.engine: "${engine}" is neither hbase nor embedded`);
  }
}

/** `hbase`, `embedded`, or what the configuration says instead. */
export function engineOf(config: Config): string {
  const named = config.getString('tsd.storage.engine')?.trim();
  if (named) return named.toLowerCase();
  return config.isSet('tsd.storage.hbase.zk_quorum') ? 'hbase' : 'embedded';
}

/** The four tables under their configured names, with the families that the original's create_table.sh gives them. */
export function tablesOf(config: Config): TableDescription[] {
  const table = (key: string, name: string, families: readonly string[], packed = false): TableDescription => ({
    name: config.getString(key) || name,
    families,
    packed,
  });
  return [
    table('tsd.storage.hbase.data_table', 'tsdb', ['t'], true),
    table('tsd.storage.hbase.uid_table', 'tsdb-uid', ['id', 'name']),
    table('tsd.storage.hbase.tree_table', 'tsdb-tree', ['t']),
    table('tsd.storage.hbase.meta_table', 'tsdb-meta', ['name']),
  ];
}
