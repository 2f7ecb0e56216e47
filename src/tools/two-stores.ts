import { createStore } from '../app';
import { checkConfig, loadConfig } from '../config';
import { readStorageSettings, readUidSettings } from '../config/settings';
import type { Side } from '../maintenance';
import { createUids } from '../uid';
import { logsOfParts, type ToolIo } from './common';
import { throwIfNoStore } from './store-config';

/** A store that a configuration file describes. */
export interface NamedSide extends Side {
  /** Which one it is: two descriptions of one store say the same. */
  readonly where: string;
}

/**
 * Nothing is opened yet.
 * @param mayBeNew an embedded store that does not exist yet is made; otherwise it is refused
 * @throws ConfigFileNotFoundError, ConfigValueError, and what a store is refused with
 */
export function openSide(file: string, io: ToolIo, mayBeNew = false): NamedSide {
  const { config } = loadConfig({ file, overrides: [] });
  checkConfig(config);
  if (!mayBeNew) throwIfNoStore(config);
  const store = createStore(config, logsOfParts(io));
  const { hbase, embeddedPath } = readStorageSettings(config);
  const place = hbase === null ? embeddedPath : `${hbase.zkQuorum}${hbase.zkBaseDir}`;
  const uids = createUids({ settings: readUidSettings(config), model: store.model, storage: store.storage });
  return { ...store, uids, where: `${store.storage.name} ${place} ${store.model.tables.data.name}` };
}

/** Opens stores, does the work, and closes them, whatever happens. */
export async function withSides<T>(sides: readonly NamedSide[], work: () => Promise<T>): Promise<T> {
  try {
    for (const { storage } of sides) await storage.open();
    return await work();
  } finally {
    for (const { storage } of sides) await storage.close();
  }
}
