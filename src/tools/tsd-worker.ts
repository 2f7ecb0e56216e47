// The program of a worker: what `tsdb tsd` starts for each, with a connection to the primary in place of a command line.
import { LayeredConfig } from '../config';
import { boundHeapGrowth } from '../util/heap-growth';
import { LogSystem } from '../util/logger';
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

/** Ends the process when what was said to the primary has left it. */
function end(code: number): void {
  // Messages leave in order: this one is the last, and means nothing.
  channel.send({ type: 'counts', counts: [] }, undefined, () => process.exit(code));
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
    link.log.flush();
    end(0);
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
    end(1);
  }
}

process.once('message', (message) => void work(message as WorkerStart));
