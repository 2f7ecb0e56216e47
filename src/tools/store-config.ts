import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ConfigValueError, type LoadedConfig } from '../config';
import { readStorageSettings } from '../config/settings';
import { hasStore } from '../storage/embedded';
import { loadCheckedConfig } from './common';

/**
 * The configuration of a tool that looks at what is there. An embedded store in a directory where there is none would be made, and found empty.
 * @throws ConfigValueError, beside those of {@link loadCheckedConfig}
 */
export function loadStoreConfig(command: Command): LoadedConfig {
  const loaded = loadCheckedConfig(command);
  throwIfNoStore(loaded.config);
  return loaded;
}

/** @throws ConfigValueError when the embedded store is configured, and there is none yet */
export function throwIfNoStore(config: LoadedConfig['config']): void {
  const { engine, embeddedPath } = readStorageSettings(config);
  if (engine !== 'embedded' || hasStore(embeddedPath)) return;
  const help = 'name the configuration of the daemon with --config, or go where it was started';
  throw new ConfigValueError('tsd.storage.embedded.path', embeddedPath, `There is no store in ${resolve(embeddedPath)}: ${help}`);
}
