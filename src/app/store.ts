import type { Config } from '../config/types';
import { readRollupSettings, readStorageSettings } from '../config/settings';
import { AGGREGATOR_NAMES } from '../query/aggregate/registry';
import { readRollups, rollupTables, type Rollups } from '../rollup';
import { TableNotFoundError, type Storage } from '../storage';
import { createStorage } from '../storage/create';
import type { LogSource } from '../util/log';
import { listTables, readDataModel, type DataModel, type Table } from '../tables';

/** A store and the description of the tables in it: what everything else stands on. */
export interface Store {
  readonly model: DataModel;
  readonly storage: Storage;
  /** Null: rollups are off. */
  readonly rollups: Rollups | null;
}

/**
 * @param logs absent: the store logs nothing
 * @throws DoNotRetryError, IllegalArgumentError, NumberFormatError for a configuration that describes none
 */
export function createStore(config: Config, logs?: LogSource): Store {
  const aggregators = new Set(AGGREGATOR_NAMES);
  const rollups = readRollups(readRollupSettings(config), (name) => aggregators.has(name));
  const model = readDataModel(config, rollupTables(rollups));
  const tables = listTables(model.tables).map(({ name, families, packed }) => ({
    name,
    families: families.map((family) => family.name),
    packed,
  }));
  return { model, rollups, storage: createStorage(readStorageSettings(config), tables, logs) };
}

/**
 * Opens a store and makes sure of tables, does the work, and closes it again, whatever happens.
 * @throws what the work throws; TableNotFoundError
 */
export async function withStore<T>({ storage }: Store, tables: readonly Table[], work: () => Promise<T>): Promise<T> {
  try {
    await storage.open();
    for (const { name } of tables)
      if (!(await storage.tableExists(name))) throw new TableNotFoundError(`Table not found: ${name}`, { table: name });
    return await work();
  } finally {
    await storage.close();
  }
}
