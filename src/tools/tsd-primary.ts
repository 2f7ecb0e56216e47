import { extname, join } from 'node:path';
import type { LoadedConfig } from '../config';
import { readServerSettings } from '../config/settings';
import { loadStartupPlugin } from '../server/startup-plugin';
import type { LogSystem } from '../util/logger';
import { Primary } from '../workers/primary';

const WORKER_FILE = join(__dirname, `tsd-worker${extname(__filename)}`);

/** A TSD with workers that has started, as its process sees it. */
export interface RunningWorkers {
  /** Resolves when no worker is left. */
  readonly stopped: Promise<void>;
  shutdown(reason: string): Promise<void>;
  /** Replaces the workers one by one. */
  replace(): void;
}

/**
 * Starts a TSD with workers; this process becomes their primary. The startup plugin is here, once.
 * @param onBegun told at once, so that the start can be stopped
 * @throws StartupPluginMissing, WorkerStartError, ConfigValueError
 */
export async function startWorkers(
  config: LoadedConfig['config'],
  logs: LogSystem,
  count: number,
  onBegun: (running: Pick<RunningWorkers, 'shutdown'>) => void,
): Promise<RunningWorkers> {
  const logger = logs.get('net.opentsdb.tools.TSDMain');
  const startup = await loadStartupPlugin(config, logger);
  const { network } = readServerSettings(config);
  let tellStopped: () => void = () => {};
  const stopped = new Promise<void>((resolve) => (tellStopped = resolve));
  let stopping: Promise<void> | null = null;
  const stop = async (reason: string): Promise<void> => {
    logger.info(`Shutting down: ${reason}`);
    await primary.supervisor.stop(reason);
    await startup?.shutdown();
    logger.info('Shut down');
    tellStopped();
  };
  const shutdown = (reason: string): Promise<void> => (stopping ??= stop(reason));
  const primary = new Primary({
    workerFile: WORKER_FILE,
    count,
    config: { values: config.given(), directory: config.directory ?? null },
    door: network,
    drainMs: network.drainMs,
    logs,
    logger,
    sources: startup === null ? [] : [startup],
    onStop: (reason) => void shutdown(reason),
  });
  onBegun({ shutdown });
  try {
    const address = await primary.start();
    if (network.connectionsLimit > 0) {
      logs.get('net.opentsdb.tsd.ConnectionManager').info(`TSD concurrent connection limit set to: ${network.connectionsLimit}`);
    }
    await startup?.ready({ config, address });
    logger.info(`${count} workers serve: ${primary.supervisor.pids.map((pid) => `process ${pid}`).join(', ')}`);
    logger.info(`Ready to serve on /${address.address}:${address.port}`);
  } catch (error) {
    await primary.supervisor.stop('initialization failed');
    await startup?.shutdown();
    throw error;
  }
  return { stopped, shutdown, replace: () => primary.supervisor.replaceAll() };
}
