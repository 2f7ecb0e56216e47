import type { Logger } from 'winston';
import { readStartupTimeout } from '../config/settings';
import type { App } from './app';
import { checkTables, checkWidths, Patience, warnOfMissingRollups } from './startup-checks';

/**
 * Opens a daemon's parts: they read and write from here on. Waits for storage that is away as long as `tsd.storage.startup_timeout` says.
 * @throws TableNotFoundError, IllegalArgumentError for widths that are not the table's, StorageError, what the UID filter throws
 */
export async function openApp(
  { config, model, storage, uids, writer, compaction, meta, search, rolling }: App,
  logger: Logger,
): Promise<void> {
  const patience = new Patience(readStartupTimeout(config), logger);
  await patience.with('Opening the storage', () => storage.open());
  await checkTables(model, storage, patience);
  await warnOfMissingRollups(model, storage, patience, logger);
  await checkWidths(model, storage);
  await patience.with('Opening the UIDs', () => uids.open());
  await search?.open();
  writer.startReplay();
  compaction.start();
  await meta.open();
  rolling?.start();
}

/** One step of closing: it must not keep the next from being taken. */
export type CloseStep = (what: string, work: () => Promise<void> | undefined) => Promise<void>;

/**
 * Closes a daemon's parts: what was accepted becomes durable first; what others stand on goes last.
 * @param step takes one step, within the time that there is, and does not reject
 * @param plugin what is to be shut down between writing and reading: the startup plugin
 */
export async function closeApp(app: App, step: CloseStep, plugin?: { shutdown(): Promise<void> } | null): Promise<void> {
  await step('Rollups', () => app.rolling?.close());
  await step('The write path', () => app.writer.close());
  await step('Metadata', () => app.meta.close());
  await step('The search index', () => app.search?.close());
  await step('Compaction', () => app.compaction.close());
  await step('The startup plugin', () => plugin?.shutdown());
  app.queries.close();
  await step('The UIDs', () => app.uids.close());
  await step('The storage', () => app.storage.close());
}
