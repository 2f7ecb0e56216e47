import { createRequire } from 'node:module';
import { hostOf, SHARED_TAGS } from './points.mjs';

const BATCH = 5000;

/** The UID of a number, of the usual width. */
const uid = (n) => Buffer.of(n >>> 16, n >>> 8, n);

/**
 * Writes names and their UIDs into a store as assigning them leaves them, without a TSD: hundreds of thousands a second.
 * @param root of a built tree whose modules are used; `config` is the file of the TSD that will use them
 * @param hosts how many series there will be
 */
export async function writeNames({ root, config, metrics, hosts }) {
  const require = createRequire(`${root}/dist/`);
  const { createStore } = require('./app/store.js');
  const { loadConfig } = require('./config/index.js');
  const { PackedCells } = require('./storage/index.js');
  const { storage, model } = createStore(loadConfig({ file: config, overrides: [] }).config);
  const table = model.tables.uid.name;
  const [ID, NAME] = [Buffer.from('id'), Buffer.from('name')];

  async function write(kind, names) {
    const qualifier = Buffer.from(kind);
    for (let at = 0; at < names.length; at += BATCH) {
      const part = names.slice(at, at + BATCH);
      const forward = part.map((name, i) => ({ row: Buffer.from(name), cells: PackedCells.of(qualifier, uid(at + i + 1)) }));
      const reverse = part.map((name, i) => ({ row: uid(at + i + 1), cells: PackedCells.of(qualifier, Buffer.from(name)) }));
      const failures = [...(await storage.put(table, NAME, reverse)), ...(await storage.put(table, ID, forward))];
      if (failures.length > 0) throw failures[0].error;
    }
    await storage.increment(table, Buffer.of(0), ID, qualifier, BigInt(names.length));
  }

  await storage.open();
  try {
    await write('metrics', metrics);
    await write('tagk', ['host', ...Object.keys(SHARED_TAGS)]);
    await write('tagv', [...Object.values(SHARED_TAGS).flat(), ...Array.from({ length: hosts }, (_, i) => hostOf(i))]);
  } finally {
    await storage.close();
  }
}
