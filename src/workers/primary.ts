import type { AddressInfo } from 'node:net';
import type { Log } from '../util/log';
import type { LogSystem } from '../util/logger';
import type { StatsSink, StatsSource } from '../util/stats';
import { Door, type DoorSettings } from './door';
import { Exchange } from './exchange';
import { collectFigures } from './figures';
import { launchWorker } from './launch';
import type { WorkerStart } from './messages';
import { Supervisor } from './supervisor';
import { FIGURES, LAST_EVENTS, LOG_LEVEL } from './topics';

/** Beyond what clients have to be done: a minute for storage that is away, then the end of what a worker is made of. */
const BEYOND_DRAIN_MS = 80_000;

export interface PrimaryParts {
  /** The program of a worker. */
  readonly workerFile: string;
  readonly count: number;
  readonly config: WorkerStart['config'];
  readonly door: DoorSettings;
  readonly drainMs: number;
  readonly logs: LogSystem;
  readonly logger: Log;
  /** What the primary itself counts, beside connections. */
  readonly sources: readonly StatsSource[];
  readonly onStop: (reason: string) => void;
}

/**
 * The process of a TSD with workers that nothing goes through but connections and news: it reads the configuration, opens the port, starts the workers
 * and watches over them, writes the log, and takes questions from worker to worker. It knows neither points nor queries, and so is small.
 */
export class Primary {
  readonly supervisor: Supervisor;
  private readonly door: Door;

  constructor({ workerFile, count, config, door, drainMs, logs, logger, sources, onStop }: PrimaryParts) {
    const startedAt = Date.now();
    this.door = new Door(door);
    const exchange = new Exchange();
    exchange.answer(LAST_EVENTS, () => logs.ring.newestFirst());
    exchange.answer(LOG_LEVEL, ({ level, logger: name }) => {
      logs.setLevel(level, name, true);
      return null;
    });
    exchange.answer(FIGURES, () => collectFigures([{ collectStats: (sink) => this.countOwn(sink) }, ...sources]));
    this.supervisor = new Supervisor({
      launch: (place) => launchWorker(workerFile, { type: 'start', config, place, count, startedAt, levels: logs.levels }),
      count,
      door: this.door,
      exchange,
      logger,
      log: (events, leftOut) => {
        for (const event of events) logs.take(event);
        if (leftOut > 0) logger.warn(`(${leftOut} log lines of a worker were left out here)`);
      },
      patienceMs: drainMs + BEYOND_DRAIN_MS,
      onStop,
    });
  }

  /** Resolves when the port is open. @throws as Supervisor.start */
  start(): Promise<AddressInfo> {
    return this.supervisor.start();
  }

  /** Connections that were refused here count with those of the workers. */
  private countOwn(sink: StatsSink): void {
    sink.record('connectionmgr.connections', this.door.rejected, { type: 'rejected' });
    sink.record('workers.running', this.supervisor.pids.length);
    sink.record('workers.restarted', this.supervisor.restarts);
  }
}
