import { availableParallelism } from 'node:os';
import type { Config } from '../config/types';
import { readStorageSettings, readWorkers } from '../config/settings';
import { workerCount, type WorkerCount } from '../workers/worker-count';

/** How many processes the configuration asks for on this machine. @throws NumberFormatError */
export function workersOf(config: Config): WorkerCount {
  const { engine } = readStorageSettings(config);
  return workerCount(readWorkers(config) ?? 1, engine === 'hbase' ? 'hbase' : 'embedded', availableParallelism());
}
