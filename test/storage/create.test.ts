import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config/types';
import { createStore } from '../../src/app';
import { DoNotRetryError, type Storage } from '../../src/storage';

/** Only what was set; no defaults. */
function configOf(set: Record<string, string>): Config {
  const values = new Map(Object.entries(set));
  return {
    getString: (key) => values.get(key) ?? null,
    getInt: (key) => Number(values.get(key)),
    getFloat: (key) => Number(values.get(key)),
    getBoolean: (key) => values.get(key) === 'true',
    isSet: (key) => values.has(key),
    has: (key) => values.has(key),
    set: (key, value) => void values.set(key, value),
    entries: () => values,
  };
}

const createStorage = (config: Config): Storage => createStore(config).storage;

it('keeps everything in the embedded store, unless the configuration says HBase', () => {
  expect(createStorage(configOf({})).name).toBe('embedded');
  expect(createStorage(configOf({ 'tsd.storage.engine': 'embedded', 'tsd.storage.hbase.zk_quorum': 'zk1' })).name).toBe('embedded');
  expect(createStorage(configOf({ 'tsd.storage.hbase.zk_quorum': 'zk1' })).name).toBe('hbase');
  expect(createStorage(configOf({ 'tsd.storage.engine': 'hbase' })).name).toBe('hbase');
  expect(() => createStorage(configOf({ 'tsd.storage.engine': 'cassandra' }))).toThrow(DoNotRetryError);
});

it('makes the four tables under their configured names', async () => {
  const path = mkdtempSync(join(tmpdir(), 'tsdb-create-'));
  const storage = createStorage(configOf({ 'tsd.storage.embedded.path': join(path, 'data'), 'tsd.storage.hbase.data_table': 'mine' }));
  await storage.open();
  for (const table of ['mine', 'tsdb-uid', 'tsdb-tree', 'tsdb-meta']) expect(await storage.tableExists(table)).toBe(true);
  expect(await storage.tableExists('tsdb')).toBe(false);
  await storage.close();
  rmSync(path, { recursive: true });
});
