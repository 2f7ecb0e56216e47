import type { StorageSettings } from '../config/settings/storage';
import type { LogSource } from '../util/log';
import { DoNotRetryError } from './errors';
import { EmbeddedStorage, type EmbeddedTable } from './embedded';
import type { Storage } from './storage';

/**
 * The store that the configuration asks for, not yet opened.
 * @param tables what the embedded store keeps; those of HBase are made by whoever runs it
 * @param logs absent: the store logs nothing
 * @throws DoNotRetryError for an engine that there is not
 */
export function createStorage(
  { engine, embeddedPath, hbase }: StorageSettings,
  tables: readonly EmbeddedTable[],
  logs?: LogSource,
): Storage {
  if (hbase !== null) {
    // Loaded when it is wanted: its protocol definitions take longer than the whole start with the embedded store.
    const { HBaseStorage } = require('./hbase/client') as typeof import('./hbase/client');
    return new HBaseStorage(hbase, logs);
  }
  if (engine === 'embedded') return new EmbeddedStorage({ path: embeddedPath, tables, log: logs?.get('EmbeddedStorage') });
  throw new DoNotRetryError(`Invalid value for tsd.storage.engine: "${engine}" is neither hbase nor embedded`);
}
