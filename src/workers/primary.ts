import type { AddressInfo } from 'node:net';
import type { Log } from '../util/log';
import type { LogSystem } from '../util/logger';
import type { StatsSink, StatsSource } from '../util/stats';
import { movesToBalance } from './balance';
import { Door, type DoorSettings } from './door';
import { Exchange, type Member } from './exchange';
import { collectFigures, type Figures } from './figures';
import { FiguresBook } from './figures-book';
import { launchWorker } from './launch';
import type { WorkerStart } from './messages';
import { StartLines } from './start-lines';
import { Supervisor } from './supervisor';
import type { Worker } from './worker';
import { COUNTED, FIGURES, FIGURES_OF_OTHERS, LAST_EVENTS, LOG_LEVEL, SPARE_CONNECTIONS, TELNET_CONNECTIONS } from './topics';

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
  private readonly exchange = new Exchange();
  private readonly book = new FiguresBook<Member>();

  constructor({ workerFile, count, config, door, drainMs, logs, logger, sources, onStop }: PrimaryParts) {
    const startedAt = Date.now();
    this.door = new Door(door);
    const { exchange, book } = this;
    const startLines = new StartLines();
    exchange.answer(LAST_EVENTS, () => logs.ring.newestFirst());
    exchange.answer(LOG_LEVEL, ({ level, logger: name }) => {
      logs.setLevel(level, name, true);
      return null;
    });
    exchange.answer(COUNTED, (figures, by) => {
      book.take(by, figures);
      return null;
    });
    exchange.answer(FIGURES_OF_OTHERS, (_question, by) => this.figuresBut(by, sources));
    this.supervisor = new Supervisor({
      launch: (place) => launchWorker(workerFile, { type: 'start', config, place, count, startedAt, levels: logs.levels }),
      count,
      door: this.door,
      exchange,
      onEnd: (worker) => book.end(worker),
      balance: (workers) => this.balance(workers),
      logger,
      log: (events, leftOut, phase) => {
        for (const event of events) if (startLines.isNews(event, phase)) logs.take(event);
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

  /** A worker that has taken the place of another has none of the connections that clients keep: the others give it some. */
  private async balance(workers: readonly Worker[]): Promise<void> {
    const { from, to } = movesToBalance(await this.exchange.askThese(workers, TELNET_CONNECTIONS, null));
    this.door.want(to);
    await Promise.all([...from].map(([worker, count]) => this.exchange.askThese([worker], SPARE_CONNECTIONS, count)));
    // Fewer may have come: their clients may have closed some.
    this.door.want(new Map());
  }

  /** What has been counted here and by all workers but one, those that have ended among them. */
  private async figuresBut(asker: Member, sources: readonly StatsSource[]): Promise<Figures[]> {
    const answers = await this.exchange.askOthers(asker, FIGURES, null);
    for (const [member, figures] of answers) this.book.take(member, figures);
    const silent = this.supervisor.pids.length - 1 - answers.size;
    const own = await collectFigures([{ collectStats: (sink) => this.countOwn(sink, silent) }, ...sources]);
    return [...this.book.allBut(asker), own];
  }

  /** Connections that were refused here count with those of the workers. @param silent workers whose figures are those of an earlier time */
  private countOwn(sink: StatsSink, silent: number): void {
    sink.record('connectionmgr.connections', this.door.rejected, { type: 'rejected' });
    sink.record('workers.running', this.supervisor.pids.length);
    sink.record('workers.silent', Math.max(0, silent));
    sink.record('workers.restarted', this.supervisor.restarts);
  }
}
