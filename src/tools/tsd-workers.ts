import { availableParallelism } from 'node:os';
import type { Config } from '../config/types';
import { hasWatchingPlugins, readStorageSettings, readWorkers } from '../config/settings';
import { workerCount, type WorkerCount } from '../workers/worker-count';

/**
 * How many processes the configuration asks for on this machine. A site with plugins that has not said a number keeps one: what a plugin remembers may
 * have to be of all points.
 * @throws NumberFormatError
 */
export function workersOf(config: Config): WorkerCount {
  const { engine } = readStorageSettings(config);
  const wanted = readWorkers(config) ?? (hasWatchingPlugins(config) ? 1 : null);
  return workerCount(wanted, engine === 'hbase' ? 'hbase' : 'embedded', availableParallelism());
}
