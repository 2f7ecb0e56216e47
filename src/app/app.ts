import type { Config } from '../config/types';
import {
  readCompactionSettings,
  readMetaSettings,
  readQuerySettings,
  readRollupComputeSettings,
  readSearchSettings,
  readSpoolSettings,
  readUidSettings,
  readWriteSettings,
} from '../config/settings';
import { createSharedSeries, Meta, type MetaParts } from '../meta';
import { createQueryEngine, type QueryEngine } from '../query';
import type { Plugin } from '../plugins';
import { HistogramCodecs } from '../histogram';
import { RollupJournal, RollupService, type Rollups } from '../rollup';
import type { Search } from '../search';
import type { Storage } from '../storage';
import type { DataModel } from '../tables';
import { createUids, loadFilter, type Uids } from '../uid';
import { IllegalArgumentError } from '../util/errors';
import type { LogSystem } from '../util/logger';
import { createPointWriter, loadWritePlugins, NO_PLUGINS, type PointWriter, type Spool, type WriterParts } from '../write';
import { createCompaction, type Compaction } from '../write/compaction';
import { NO_SIBLINGS, topic, type Siblings } from '../workers';
import { shareOfCompaction, shareOfMeta, shareOfUids } from './shares';
import { createStore } from './store';

/** Every part of a TSD, by name: the daemon's and the tools' alike. */
export interface App {
  readonly config: Config;
  /** Levels, named loggers and the last events. */
  readonly logs: LogSystem;
  readonly model: DataModel;
  readonly storage: Storage;
  readonly uids: Uids;
  readonly writer: PointWriter;
  readonly queries: QueryEngine;
  readonly compaction: Compaction;
  readonly meta: Meta;
  /** Searches metadata; null: that is off. */
  readonly search: Search | null;
  /** Null: rollups are off. */
  readonly rollups: Rollups | null;
  /** Computes rollups each hour; null: this process does not. */
  readonly rolling: RollupService | null;
  /** Null: histograms are off. */
  readonly histograms: HistogramCodecs | null;
  /** The other workers of the same daemon. */
  readonly siblings: Siblings;
}

/** What is in the write buffer goes to storage before the answer comes. */
const STORE_NOW = topic<null, null>('store now');

/** How a tool's parts differ from a daemon's. */
export interface ToolNeeds {
  /** `skip` writes no log first: faster, lost when a server dies. */
  durability?: WriterParts['durability'];
  /** Milliseconds that the last compaction may take. */
  drainMs?: number;
  /** Where UIDs log. */
  uidLogger?: Parameters<typeof createUids>[0]['logger'];
}

/**
 * The parts of a daemon: with plugins, UID filter and spool. Nothing is read from storage yet: see `openApp`.
 * @param siblings the other workers of the daemon; what only one may do is the keeper's
 * @throws IllegalArgumentError, NumberFormatError, and what plugins throw, for what the original does not start with either
 */
export async function createDaemonApp(config: Config, logs: LogSystem, siblings: Siblings = NO_SIBLINGS): Promise<App> {
  const { model, storage, rollups } = createStore(config, logs);
  const logger = logs.get('net.opentsdb.core.TSDB');
  const uidLogger = logs.get('net.opentsdb.uid.UniqueId');
  const uids = createUids({
    settings: shareOfUids(readUidSettings(config), siblings.count),
    model,
    storage,
    logger: uidLogger,
    loadFilter: () => loadFilter(config, uidLogger),
    siblings,
  });
  const readOnly = model.mode === 'ro';
  const plugins = await loadWritePlugins(config, logger);
  const spoolSettings = readOnly ? null : readSpoolSettings(config);
  let spool: Spool | undefined;
  try {
    if (spoolSettings !== null) spool = await spools().open(spoolSettings, storage, logger, siblings);
    const histograms = await HistogramCodecs.load(config, logger);
    const base = { config, logs, model, storage, rollups, histograms, uids, siblings };
    const settings = shareOfMeta(readMetaSettings(config), siblings.count);
    // A plugin that is told of points takes the place of the meta table.
    const metadata = plugins.metaCache === null ? settings : { ...settings, tracking: null };
    const app = assemble(base, { plugins, spool }, { readOnly }, readOnly ? undefined : metadata);
    return { ...app, rolling: readOnly || !siblings.isKeeper ? null : createRolling(app), search: await searchOf(app) };
  } catch (error) {
    await spool?.close();
    for (const plugin of Object.values<Plugin | null>({ ...plugins })) await plugin?.shutdown?.();
    throw error;
  }
}

/** Loaded only where there is one. */
const spools = (): typeof Spool => (require('../write/spool') as typeof import('../write/spool')).Spool;

/** The parts of a tool: plugins, UID filter, Redis and spool are the daemon's alone, as with the original's tools. */
export function createToolApp(config: Config, logs: LogSystem, needs: ToolNeeds = {}): App {
  const { model, storage, rollups } = createStore(config, logs);
  const uids = createUids({ settings: readUidSettings(config), model, storage, logger: needs.uidLogger });
  return assemble(
    { config, logs, model, storage, rollups, histograms: null, uids, siblings: NO_SIBLINGS },
    { plugins: NO_PLUGINS, durability: needs.durability },
    { drainMs: needs.drainMs },
  );
}

function assemble(
  base: Pick<App, 'config' | 'logs' | 'model' | 'storage' | 'rollups' | 'histograms' | 'uids' | 'siblings'>,
  writing: Pick<WriterParts, 'plugins' | 'durability' | 'spool'>,
  compacting: { readOnly?: boolean; drainMs?: number },
  metadata?: MetaParts['settings'],
): App {
  const { config, logs, model, storage, rollups, histograms, uids, siblings } = base;
  const shared = { model, storage, uids, siblings };
  const writer = createPointWriter({
    ...shared,
    ...writing,
    settings: readWriteSettings(config),
    logger: logs.get('net.opentsdb.core.TSDB'),
  });
  const queries = createQueryEngine({
    ...shared,
    // Behind what was accepted for these rows before: a point in the buffer would come back after its row was deleted.
    remover: () => {
      let stored: Promise<unknown> | null = null;
      return async (table, rows) => {
        await (stored ??= siblings.ask(STORE_NOW, null));
        return writer.delete(table, rows);
      };
    },
    rollups,
    histograms,
    settings: readQuerySettings(config),
    logger: logs.get('net.opentsdb.core.TsdbQuery'),
  });
  const merging = readCompactionSettings(config);
  const compaction = createCompaction({
    model,
    storage,
    writer,
    ...compacting,
    settings: shareOfCompaction({ ...merging, enabled: merging.enabled && !storage.packsRows }, siblings.count),
    logger: logs.get('net.opentsdb.core.CompactionQueue'),
    reads: queries.findings,
  });
  siblings.answer(STORE_NOW, async () => {
    await writer.flush();
    return null;
  });
  queries.onRowsMerged = (rows) => compaction.rowsRead(rows);
  const logger = logs.get('net.opentsdb.meta.TSMeta');
  const tracking = metadata?.tracking ?? null;
  const meta = new Meta({
    ...shared,
    logger,
    settings: metadata,
    sharedSeries: tracking && createSharedSeries({ ...shared, config, logger }),
  });
  const { tracker } = meta;
  if (tracker !== null) writer.onPointsStored((rowKey, points) => tracker.stored(rowKey, points));
  return { ...base, writer, queries, compaction, meta, rolling: null, search: null };
}

/** @throws PluginNotFoundError, Error in the original's words */
async function searchOf({ config, meta, uids, model, logs, siblings }: App): Promise<Search | null> {
  const settings = readSearchSettings(config);
  if (settings === null) return null;
  const logger = logs.get('net.opentsdb.search.SearchPlugin');
  if (model.mode !== 'ro' && readMetaSettings(config).tracking?.creates !== true)
    logger.info('Searches find no new series: tsd.core.meta.enable_tsuid_tracking and enable_realtime_ts are not both on');
  // Loaded only where it is wanted: most tools do without.
  const { createSearch } = require('../search') as typeof import('../search');
  return createSearch({ config, meta, uids, uidTable: model.tables.uid.name, logger, siblings }, settings);
}

/** @throws IllegalArgumentError when there is nothing to compute, errors of the file system for the journal */
function createRolling({ config, logs, storage, writer, model, rollups }: App): RollupService | null {
  const settings = readRollupComputeSettings(config);
  if (settings === null) return null;
  if (rollups === null) throw new IllegalArgumentError('tsd.rollups.compute.enable = true, but tsd.rollups.enable is false');
  const logger = logs.get('net.opentsdb.rollup.Rollup');
  return new RollupService({ storage, writer, model, rollups, logger }, settings, new RollupJournal(settings.journal));
}
