import { checkConfig, ConfigValueError, readLogSettings, type LoadedConfig } from '../config';
import { versionLines } from '../util/build-data';
import { awaitNativeWork, endProcess } from '../util/end-process';
import { boundHeapGrowth } from '../util/heap-growth';
import { LogSystem } from '../util/logger';
import { WorkerStartError } from '../workers/worker-start-error';
import { notifyServiceManager } from '../util/service-manager';
import { parseArguments } from './arguments';
import { loadToolConfig, runTool, type ToolIo } from './common';
import { checkRequired, checkStoreDirectories, StartError } from './tsd-checks';
import { declareTsd, tsdUsage } from './tsd-options';
import { startFailureText } from './tsd-failure';
import { workersOf } from './tsd-workers';

type Config = LoadedConfig['config'];

const MISSING_STARTUP_PLUGIN = 3;

/** What ends a daemon in order, with the exit code: 128 and the signal's number, as of a Java process. */
const ENDING_SIGNALS: ReadonlyMap<NodeJS.Signals, number> = new Map([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
]);
/** What replaces the workers one by one. */
const REPLACING_SIGNAL = 'SIGUSR2';

/**
 * `tsdb tsd`: the daemon in the foreground until it is stopped.
 * @returns the exit code: 0 after `diediedie`, 143, 130 and 129 after SIGTERM, SIGINT and SIGHUP, 1 to 3 when it can't start. Mirrors TSDMain.
 */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = declareTsd();
    parseArguments(command, argv);
    const { config, file } = loadToolConfig(command);
    try {
      checkRequired(config);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      io.stderr.write(`${error.message}\n${tsdUsage(command)}`);
      return error.code;
    }
    const warnings = checkConfig(config);
    checkStoreDirectories(config);
    return start(config, file, warnings, io, tsdUsage(command));
  });
}

async function start(config: Config, file: string | null, warnings: readonly string[], io: ToolIo, usage: string): Promise<number> {
  const logs = new LogSystem({ ...readLogSettings(config), fileBytes: 128 << 20, files: 4 });
  const logger = logs.get('net.opentsdb.tools.TSDMain');
  logger.info('Starting.');
  for (const line of versionLines().trimEnd().split('\n')) logger.info(line);
  const configLogger = logs.get('net.opentsdb.utils.Config');
  configLogger.info(file === null ? 'No configuration found, will use defaults' : `Successfully loaded configuration file: ${file}`);
  for (const warning of warnings) configLogger.warn(warning);
  try {
    const { workers, remark } = workersOf(config);
    if (remark !== null) configLogger.warn(remark);
    return await serve(config, logs, workers);
  } catch (error) {
    if (error instanceof ConfigValueError) throw error;
    if (error instanceof WorkerStartError) {
      io.stderr.write(error.text);
      return error.code;
    }
    io.stderr.write(error instanceof StartError ? `${error.message}\n${usage}` : startFailureText(error));
    return error instanceof StartError ? error.code : 1;
  } finally {
    await logs.close();
  }
}

/** What serves, whatever processes it has. */
interface Running {
  readonly stopped: Promise<void>;
  shutdown(reason: string): Promise<void>;
  /** Null: there is nothing that could be replaced. */
  replace: (() => void) | null;
}

/** Runs the daemon until it has stopped. */
async function serve(config: Config, logs: LogSystem, workers: number): Promise<number> {
  const { StartupPluginMissing } = require('../server/startup-plugin') as typeof import('../server/startup-plugin');
  const logger = logs.get('net.opentsdb.tools.TSDMain');
  // No single fault may take every client's connection with it.
  const survive = (error: unknown): void => void logger.error('Unexpected exception', { error });
  process.on('uncaughtException', survive).on('unhandledRejection', survive);
  const notify = (state: string): void => notifyServiceManager(state, (message) => void logger.warn(message));
  let running: Running | null = null;
  let beginning: Pick<Running, 'shutdown'> | null = null;
  let code = 0;
  const tell = (message: string): void => void logger.error(message);
  const leave = async (): Promise<void> => {
    await awaitNativeWork(code, tell);
    endProcess(code);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // `nohup`: Node forgets what was ignored before it was started, so bin/tsdb says it.
    if (signal === 'SIGHUP' && process.env.TSDB_NOHUP === '1') return;
    code = ENDING_SIGNALS.get(signal) ?? 1;
    // Before it listens there is nothing to drain.
    if (running === null) return void (beginning?.shutdown(signal) ?? Promise.resolve()).finally(() => leave());
    notify('STOPPING=1');
    void running.shutdown(signal);
  };
  const onReplace = (): void => {
    if (running === null) return;
    if (running.replace === null) logger.warn('SIGUSR2 replaces workers one by one; there are none, tsd.network.worker_threads is 1');
    else running.replace();
  };
  // Before the line that says it is ready: whoever waits for that line may stop it at once.
  for (const signal of ENDING_SIGNALS.keys()) process.on(signal, onSignal);
  process.on(REPLACING_SIGNAL, onReplace);
  try {
    running = workers > 1 ? await startMany(config, logs, workers, (begun) => (beginning = begun)) : await startAlone(config, logs);
    notify('READY=1');
    await running.stopped;
    await awaitNativeWork(code, tell);
    return code;
  } catch (error) {
    if (!(error instanceof StartupPluginMissing)) throw error;
    if (error.cause instanceof Error) logger.warn(`Unable to locate plugin: ${error.cause.message}`);
    throw new StartError(error.message, MISSING_STARTUP_PLUGIN);
  } finally {
    for (const signal of ENDING_SIGNALS.keys()) process.off(signal, onSignal);
    process.off(REPLACING_SIGNAL, onReplace);
    process.off('uncaughtException', survive).off('unhandledRejection', survive);
  }
}

/** All of the daemon in this process. */
async function startAlone(config: Config, logs: LogSystem): Promise<Running> {
  // Loaded late: wrong options are told at once, and a primary does without.
  const { Daemon } = require('../server/daemon') as typeof import('../server/daemon');
  boundHeapGrowth();
  const daemon = await Daemon.start(config, logs);
  return { stopped: daemon.stopped, shutdown: (reason) => daemon.shutdown(reason), replace: null };
}

async function startMany(
  config: Config,
  logs: LogSystem,
  workers: number,
  onBegun: (begun: Pick<Running, 'shutdown'>) => void,
): Promise<Running> {
  const { startWorkers } = require('./tsd-primary') as typeof import('./tsd-primary');
  return startWorkers(config, logs, workers, onBegun);
}
