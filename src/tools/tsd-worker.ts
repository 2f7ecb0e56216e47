// The program of a worker: what `tsdb tsd` starts for each, with a connection to the primary in place of a command line.
import { LayeredConfig } from '../config';
import { awaitNativeWork, endProcess } from '../util/end-process';
import { boundHeapGrowth } from '../util/heap-growth';
import type { Log } from '../util/log';
import { LogSystem } from '../util/logger';
import type { LogRelay } from '../workers/log-relay';
import type { ToPrimary, ToWorker, WorkerStart } from '../workers/messages';
import { WorkerLink, type Channel } from '../workers/worker-link';
import type { Daemon, Ending } from '../server/daemon';
import { startFailureText } from './tsd-failure';

/** What can't be sent has nobody who waits for it: the primary is gone, which is told by itself. */
const channel: Channel = {
  send(message: ToPrimary, socket, sent = () => {}) {
    if (!process.connected || process.send === undefined) return sent();
    process.send(message, socket, undefined, () => sent());
  },
};

/** Milliseconds that a primary which does not read may hold up the end. */
const LAST_WORDS_MS = 2_000;

/** Ends the process when what was said to the primary has left it. @param log what is sent to the primary as its log */
async function end(code: number, logger: Log, log: LogRelay): Promise<void> {
  await awaitNativeWork(code, (message) => {
    if (process.connected) logger.error(message);
    else process.stderr.write(`${message}\n`);
  });
  log.flush();
  setTimeout(() => endProcess(code), LAST_WORDS_MS);
  // Messages leave in order: this one is the last, and means nothing.
  channel.send({ type: 'counts', counts: [] }, undefined, () => endProcess(code));
}

async function work(start: WorkerStart): Promise<void> {
  let daemon: Daemon | null = null;
  const config = new LayeredConfig(start.config.values, start.config.directory ?? undefined);
  const link = new WorkerLink(channel, start, {
    stop: (reason) => void finish(reason, 'all'),
    retire: () => void finish('another process takes over', 'moves'),
  });
  /** Whether or not it has come to serve. */
  const finish = async (reason: string, how: Ending): Promise<void> => {
    await daemon?.end(reason, how);
    await end(0, logger, link.log);
  };
  const logs = new LogSystem({
    level: start.levels.level,
    levels: new Map(start.levels.levels),
    thread: `worker-${start.place}`,
    relay: (event) => link.log.take(event),
  });
  const logger = logs.get('net.opentsdb.tools.TSDMain');
  // No single fault may take every client's connection with it.
  const survive = (error: unknown): void => void logger.error('Unexpected exception', { error });
  process.on('uncaughtException', survive).on('unhandledRejection', survive);
  // The primary has these, too, and says what is to be done.
  process
    .on('SIGINT', () => {})
    .on('SIGHUP', () => {})
    .on('SIGUSR2', () => {});
  process.on('SIGTERM', () => channel.send({ type: 'retire' }));
  process.on('message', (message, socket) => link.receive(message as ToWorker, socket));
  process.on('disconnect', () => {
    link.primaryEnded();
    void finish('the primary is gone', 'all');
  });
  // Loaded late: the first messages find somebody who takes them.
  const { Daemon } = require('../server/daemon') as typeof import('../server/daemon');
  try {
    boundHeapGrowth();
    await Daemon.start(config, logs, { siblings: link, onOpening: (opening) => (daemon = opening) });
  } catch (error) {
    link.log.flush();
    channel.send({ type: 'failed', text: startFailureText(error), code: 1 });
    await end(1, logger, link.log);
  }
}

process.once('message', (message) => void work(message as WorkerStart));
