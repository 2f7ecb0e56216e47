import type { SearchSettings } from '../config/settings/search';
import type { Meta } from '../meta';
import type { Uids } from '../uid';
import { lockDirectory } from '../util/directory-lock';
import { IllegalStateError } from '../util/errors';
import type { Log } from '../util/log';
import { Comparison, type ComparisonOutcome } from './comparison';
import { IndexState } from './index/index-state';
import { IndexStore } from './index/index-store';
import { IndexWriter } from './index/index-writer';
import type { Changes } from './types';

/** What an index is made from. */
export interface RebuildParts {
  readonly meta: Meta;
  readonly uids: Uids;
  readonly logger: Log;
}

/**
 * Brings an index in line with the tables, for tools: a daemon may have it open, and goes on.
 * @param allNotes annotations of series that the index does not have, too: reads the whole data table
 * @throws StorageError
 */
export async function rebuildIndex(
  { meta, uids, logger }: RebuildParts,
  { path }: Pick<SearchSettings, 'path'>,
  allNotes: boolean,
): Promise<ComparisonOutcome> {
  const store = new IndexStore(path, logger);
  await store.open();
  const unlock = lockUnlessInUse(path, logger);
  try {
    const state = new IndexState(store);
    if (unlock !== null) await state.begin();
    const writer = new IndexWriter(store, { meta, uids });
    const parts = {
      store,
      meta,
      refresh: (changes: Partial<Changes>): Promise<number> => settled(() => writer.refresh(changes)),
      // A daemon remembers which names it has added.
      dropUnusedNames: unlock === null ? (): Promise<number> => Promise.resolve(0) : writer.dropUnusedNames.bind(writer),
    };
    const outcome = await new Comparison(parts, { signal: new AbortController().signal, share: 1, allNotes }).run();
    if (unlock !== null) await state.end();
    return outcome;
  } finally {
    await store.close();
    unlock?.();
  }
}

/** The daemon may write the same rows: what was written is read once more, until nothing differs. @returns what the first time has changed */
async function settled(refresh: () => Promise<number>): Promise<number> {
  const changed = await refresh();
  for (let left = changed; left > 0;) left = await refresh();
  return changed;
}

function lockUnlessInUse(path: string, logger: Log): (() => void) | null {
  try {
    return lockDirectory(path, 'The search index');
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
    logger.info(`${error.message}, which goes on meanwhile`);
    return null;
  }
}
