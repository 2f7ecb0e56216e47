import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedStorage, type EmbeddedOptions, type EmbeddedTable } from '../../src/storage/embedded';
import type { Storage } from '../../src/storage';

export const TABLES: readonly EmbeddedTable[] = [
  { name: 'tsdb', families: ['t'], packed: true },
  { name: 'tsdb-uid', families: ['id', 'name'] },
  { name: 'tsdb-tree', families: ['t'] },
  { name: 'tsdb-meta', families: ['name'] },
];

export interface TempStore {
  storage: Storage;
  path: string;
  /** Closes the store and removes its directory. */
  close(): Promise<void>;
}

/**
 * Closes a store, with all of its log merged: no time passes on the clock, so that a busy machine does not leave some of it to the next who opens the store.
 */
export async function closeMerged(store: Storage): Promise<void> {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  try {
    await store.close();
  } finally {
    clock.mockRestore();
  }
}

/** An empty embedded store, opened, in a directory of its own. */
export async function openTempStore(options: Partial<EmbeddedOptions> = {}): Promise<TempStore> {
  const path = mkdtempSync(join(tmpdir(), 'tsdb-store-'));
  const storage = new EmbeddedStorage({ path, tables: TABLES, ...options });
  await storage.open();
  return {
    storage,
    path,
    close: async () => {
      await storage.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}
