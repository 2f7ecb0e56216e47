import { readMetaSettings, readSearchSettings } from '../config/settings';
import { Meta, MetaSync, NoSuchTreeError, purgeTsMetas, purgeUidMetas, TreeGrowth, type Tree } from '../meta';
import type { Search } from '../search';
import { TableNotFoundError } from '../storage';
import type { Table } from '../tables';
import { createUids, type Uids } from '../uid';
import { NumberFormatError } from '../util/errors';
import { parseInt32 } from '../util/java-long';
import { Interrupted, interruptible, tellInterrupted } from './interrupt';
import { Progress } from './progress';
import type { UidToolContext } from './uid-context';

/** The exit code of whatever goes wrong. */
const FAILED = 3;

interface MetaTools {
  readonly uids: Uids;
  readonly meta: Meta;
  /** Aborts with Ctrl-C. */
  readonly signal: AbortSignal;
}

/** `metasync`: metadata for each series of the data table and each UID in it. 0; 3 when something goes wrong. Mirrors UidManager.metaSync. */
export function metaSync(context: UidToolContext): Promise<number> {
  return guarded(context, async ({ uids, meta, signal }) => {
    const { storage, model, log, io } = context;
    await needTables(context, [model.tables.data, model.tables.meta]);
    const started = performance.now();
    const growth = growthOf(context, meta);
    const search = await searchPluginOf(context, { uids, meta });
    const progress = new Progress(io, 'rows');
    const sync = new MetaSync({
      storage,
      model,
      uids,
      meta,
      signal,
      logger: log.named('MetaSync'),
      created: async (tsuid) => {
        const series = growth === null ? null : await meta.tsMetas.get(tsuid);
        if (series !== null) await growth?.process(series);
        await search?.flush();
      },
      progress: (rows) => progress.add(rows),
    });
    log.info(`Spooling up [${sync.ranges.length}] worker threads`);
    await Promise.all(
      sync.ranges.map(async (range, i) => {
        await sync.run(range);
        log.named('MetaSync').info(`[${i}] Complete`);
        log.info(`Thread [Thread[Sync #${i + 1},5,]] Finished`);
      }),
    ).finally(async () => {
      progress.end();
      await search?.close();
    });
    log.info('All metasync threads have completed');
    completed(context, started);
  });
}

/** `metapurge`: metadata and counters go, of UIDs and of series. 0; 3 when something goes wrong. Mirrors UidManager.metaPurge. */
export function metaPurge(context: UidToolContext): Promise<number> {
  return guarded(context, async ({ uids }) => {
    const { storage, model, log } = context;
    await needTables(context, [model.tables.meta]);
    const started = performance.now();
    log.info(`Max metric ID is [${(await uids.usedIds()).metrics}]`);
    log.info('Spooling up [1] worker threads');
    const purge = log.named('MetaPurge');
    const uidMetas = await purgeUidMetas(storage, model.tables.uid.name);
    purge.info(`Thread [0] finished. Purged [${uidMetas}] UIDMeta columns from storage`);
    const tsMetas = await purgeTsMetas(storage, model.tables.meta.name);
    purge.info(`Thread [0] finished. Purged [${tsMetas}] TSMeta columns from storage`);
    log.info('[0] Finished');
    completed(context, started);
  });
}

/** `treesync`: places the series that have metadata in all trees that are enabled. 0; 3 when something goes wrong. Mirrors UidManager.treeSync. */
export function treeSync(context: UidToolContext): Promise<number> {
  return guarded(context, async ({ uids, meta, signal }) => {
    const { model, log, io } = context;
    const growth = growthOf(context, meta);
    if (growth === null) return log.warn('Tree processing is disabled');
    await needTables(context, [model.tables.meta, model.tables.tree]);
    const started = performance.now();
    log.info(`Max metric ID is [${(await uids.usedIds()).metrics}]`);
    log.info('Spooling up [1] worker threads');
    const sync = log.named('TreeSync');
    const enabled: Tree[] = [];
    for await (const tree of meta.trees.each()) if (tree.enabled) enabled.push(tree);
    if (enabled.length === 0) sync.warn('No enabled trees were found');
    else {
      sync.info(`Found [${enabled.length}] trees`);
      const progress = new Progress(io, 'series');
      try {
        for await (const batch of meta.tsMetas.list({ metric: null, tags: [], anyTagvs: null })) {
          signal.throwIfAborted();
          await Promise.all(batch.map((series) => growth.process(series)));
          progress.add(batch.length);
        }
      } finally {
        progress.end();
      }
    }
    sync.info('[0] Complete');
    log.info('[0] Finished');
    completed(context, started);
  });
}

/**
 * `treepurge TREE [true]`: what has grown in a tree goes, with `true` the tree itself, too; that there is none is fine. 0; 3 when something goes
 * wrong. Mirrors UidManager.purgeTree.
 */
export function treePurge(context: UidToolContext, [, number, definition]: readonly string[]): Promise<number> {
  return guarded(context, async ({ meta }) => {
    const { log, model } = context;
    const sync = log.named('TreeSync');
    const id = parseInt32(number);
    if (id === null) throw NumberFormatError.forInput(number);
    await needTables(context, [model.tables.tree]);
    const all = definition?.toLowerCase() === 'true';
    sync.info(`Deleting tree branches${all ? ' and definition' : ''} for: ${id}`);
    await meta.trees.delete(id, all).catch((error: unknown) => {
      if (!(error instanceof NoSuchTreeError)) throw error;
    });
    sync.info(`Completed tree deletion for: ${id}`);
  });
}

async function guarded(context: UidToolContext, work: (tools: MetaTools) => Promise<void>): Promise<number> {
  const { settings, model, storage, log, io } = context;
  try {
    const uids = createUids({ settings, model, storage, logger: log.aside('UniqueId') });
    const meta = new Meta({ storage, model, uids, logger: log.aside('TSMeta') });
    await interruptible((signal) => work({ uids, meta, signal }));
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return tellInterrupted(error, io, 'what was done stays done, run it again for the rest');
    log.error('Unexpected exception', error);
    return FAILED;
  }
}

/** Null: series are not placed in trees. */
function growthOf({ config, log }: UidToolContext, { trees, branches, tsMetas }: Meta): TreeGrowth | null {
  const settings = readMetaSettings(config).trees;
  return settings && new TreeGrowth(trees, branches, tsMetas, settings.storesCollisions, log.aside('TreeBuilder'));
}

/** What a search plugin is told of; null: there is none. The built-in index has a tool of its own. */
async function searchPluginOf(
  { config, log, table }: UidToolContext,
  { uids, meta }: Pick<MetaTools, 'uids' | 'meta'>,
): Promise<Search | null> {
  const settings = readSearchSettings(config);
  if (settings === null || settings.plugin === '') return null;
  // Loaded only where it is wanted: looking a name up does without.
  const { createSearch } = require('../search') as typeof import('../search');
  const search = await createSearch({ config, meta, uids, uidTable: table, logger: log.aside('SearchPlugin') }, settings);
  await search.open();
  return search;
}

async function needTables({ storage }: UidToolContext, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables)
    if (!(await storage.tableExists(name))) throw new TableNotFoundError(`Table not found: ${name}`, { table: name });
}

function completed({ log }: UidToolContext, started: number): void {
  log.info(`Completed meta data synchronization in [${Math.round((performance.now() - started) / 1000)}] seconds`);
}
