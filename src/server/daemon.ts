import type { AddressInfo } from 'node:net';
import type { Logger } from 'winston';
import { closeApp, createDaemonApp, openApp, type App } from '../app';
import {
  readGraphSettings,
  readPluginSettings,
  readServerSettings,
  readTimeZone,
  type Mode,
  type ServerSettings,
} from '../config/settings';
import type { Config } from '../config/types';
import type { HistogramCodecs } from '../histogram';
import { Ingest } from '../ingest';
import type { Meta } from '../meta';
import type { QueryEngine } from '../query';
import type { Rollups, RollupService } from '../rollup';
import type { Search } from '../search';
import { RetryableError, type Storage } from '../storage';
import type { DataModel } from '../tables';
import type { Uids } from '../uid';
import { LatencyHistogram } from '../util/latency-histogram';
import type { LogSystem } from '../util/logger';
import type { StatsSource } from '../util/stats';
import { TimeZone } from '../util/time-zone';
import { messageOf } from '../util/message-of';
import { withinTime } from '../util/within-time';
import type { PointWriter } from '../write';
import type { Compaction } from '../write/compaction';
import { collectFigures, COUNTED, SPARE_CONNECTIONS, TELNET_CONNECTIONS, type Entrance, type Siblings } from '../workers';
import { answerSiblings } from './answer-siblings';
import { ConnectionManager } from './connections';
import { Counters } from './counters';
import type { Tsd } from './context';
import { createApp } from './http/app';
import { corsRulesOf } from './http/cors';
import { GraphService, shareOfGraphs } from './http/graph/graph-service';
import { routesOf } from './http/routes';
import { MemoryBudget } from './memory';
import { refuseMissingPlugins } from './missing-plugins';
import { Port } from './port';
import { portSettings, type PortSettings } from './port-settings';
import { processStats } from './process-stats';
import { loadStartupPlugin, type Startup } from './startup-plugin';
import { attachTelnet } from './telnet';

/** Milliseconds from the end of the last connection to the end of the process, whatever is still running. */
const CLOSE_MS = 5_000;
/** Milliseconds that storage has for what a worker has accepted that is being replaced. */
const STORE_MS = 60_000;
/** Milliseconds that statistics wait for storage. */
const STATS_MS = 2_000;
type UsedIds = Awaited<ReturnType<Uids['usedIds']>>;
const MODE_NAMES: Readonly<Record<Mode, string>> = { rw: 'READWRITE', ro: 'READONLY', wo: 'WRITEONLY' };

export interface DaemonOptions {
  /** Overrides the configured settings of the port; for tests. */
  port?: Partial<PortSettings>;
  /** Arguments of Node.js for the threads that draw; for tests. */
  drawArguments?: readonly string[];
  /** The other workers of this TSD; absent: there are none. */
  siblings?: Siblings;
  /** Told as soon as there is something to be stopped. */
  onOpening?: (daemon: Daemon) => void;
}

/** How a worker ends: clients are served to the end, or given to other workers. */
export type Ending = 'all' | 'moves';

/** A running TSD: every part made from one configuration, and the order in which they start and stop. Mirrors TSDMain. */
export class Daemon implements Tsd {
  readonly counters = new Counters();
  readonly graphs: GraphService;
  readonly ingest: Ingest;
  readonly statsSources: StatsSource[] = [];
  readonly mode: Mode;
  readonly startedAt: number;
  readonly siblings: Siblings;
  readonly logger: Logger;
  readonly config: Config;
  readonly logs: LogSystem;
  readonly model: DataModel;
  readonly storage: Storage;
  readonly uids: Uids;
  readonly writer: PointWriter;
  readonly queries: QueryEngine;
  readonly compaction: Compaction;
  readonly meta: Meta;
  readonly search: Search | null;
  readonly rollups: Rollups | null;
  readonly histograms: HistogramCodecs | null;
  readonly rolling: RollupService | null;
  /** Where it listens, once it has started. */
  address!: AddressInfo;
  /** Resolves when everything has ended. */
  readonly stopped: Promise<void>;
  private stopping: Promise<void> | null = null;
  private tellStopped: () => void = () => {};
  private port: Port | null = null;
  /** Milliseconds that a stop allows for handling what clients have sent and for the answers. */
  private drainMs = 0;

  private constructor(
    app: App,
    readonly settings: ServerSettings,
    private readonly startup: Startup | null,
    drawArguments?: readonly string[],
  ) {
    ({
      config: this.config,
      logs: this.logs,
      model: this.model,
      storage: this.storage,
      uids: this.uids,
      writer: this.writer,
      queries: this.queries,
      compaction: this.compaction,
      meta: this.meta,
      search: this.search,
      rollups: this.rollups,
      histograms: this.histograms,
      rolling: this.rolling,
      siblings: this.siblings,
    } = app);
    this.startedAt = this.siblings.startedAt ?? Date.now();
    this.mode = app.model.mode;
    const graphs = shareOfGraphs(readGraphSettings(app.config), this.siblings.count);
    this.graphs = new GraphService(graphs, app.logs.get('net.opentsdb.tsd.GraphHandler'), drawArguments);
    this.logger = app.logs.get('net.opentsdb.tools.TSDMain');
    const { writer, rollups, histograms, model } = app;
    this.ingest = new Ingest({ writer, rollups, histograms, dataTable: model.tables.data.name }, this.counters.ingest, this.logger);
    this.stopped = new Promise((resolve) => (this.tellStopped = resolve));
  }

  /**
   * Starts everything; the port opens last.
   * @throws what keeps it from starting; nothing is left open then
   */
  static async start(config: Config, logs: LogSystem, options: DaemonOptions = {}): Promise<Daemon> {
    // Of workers the primary has it.
    const alone = options.siblings === undefined;
    const startup = alone ? await loadStartupPlugin(config, logs.get('net.opentsdb.tools.TSDMain')) : null;
    try {
      return await Daemon.startWith(config, logs, startup, options);
    } catch (error) {
      await startup?.shutdown();
      throw error;
    }
  }

  private static async startWith(config: Config, logs: LogSystem, startup: Startup | null, options: DaemonOptions): Promise<Daemon> {
    setTimeZone(readTimeZone(config));
    refuseMissingPlugins(readPluginSettings(config));
    const app = await createDaemonApp(config, logs, options.siblings);
    const daemon = new Daemon(app, readServerSettings(config), startup, options.drawArguments);
    options.onOpening?.(daemon);
    try {
      await daemon.open(options);
      return daemon;
    } catch (error) {
      await daemon.end('initialization failed', 'all');
      throw error;
    }
  }

  /** Stops in order: no new work, what has been received is handled, what was accepted becomes durable. Of several workers, all. */
  shutdown(reason: string): Promise<void> {
    if (this.siblings.count === 1) return this.end(reason, 'all');
    this.siblings.stop(reason);
    return this.stopped;
  }

  /** The same for this worker alone. */
  end(reason: string, how: Ending): Promise<void> {
    this.stopping ??= this.stop(reason, how);
    return this.stopping;
  }

  private async open(options: DaemonOptions): Promise<void> {
    const { settings, logs } = this;
    const port = { ...portSettings(settings.network), ...options.port };
    this.drainMs = port.drainMs;
    const rpcLogger = logs.get('net.opentsdb.tsd.RpcHandler');
    const { entrance, shared } = this.siblings;
    // Of workers the primary keeps the limit.
    const connections = new ConnectionManager(entrance === null ? port.connectionsLimit : 0);
    const latency = new LatencyHistogram();
    rpcLogger.info(`TSD is in ${settings.modeText} mode`);
    const corsRules = corsRulesOf(settings.cors, (message) => rpcLogger.info(message));
    const routes = routesOf(this);
    const memory = new MemoryBudget(settings.memory.bytes, settings.memory.waitMs, shared);
    const app = createApp(this, { routes, bodyRules: settings.body, memory, corsRules, latency });
    this.addStatsSources(connections, latency);
    answerSiblings(this);

    await openApp(this, this.logger);

    logs
      .get('net.opentsdb.tsd.RpcManager')
      .info(`Mode: ${MODE_NAMES[this.mode]}, HTTP UI Enabled: ${settings.enableUi}, HTTP API Enabled: ${settings.enableApi}`);
    if (entrance === null && port.connectionsLimit > 0) {
      logs.get('net.opentsdb.tsd.ConnectionManager').info(`TSD concurrent connection limit set to: ${port.connectionsLimit}`);
    }
    this.port = new Port(port, { http: app, telnet: (socket, chunk) => attachTelnet(socket, this, chunk) }, connections);
    if (entrance !== null) {
      this.answerOfPort(this.port, entrance);
      this.address = await this.port.enter(entrance);
      return;
    }
    this.address = await this.port.listen();
    await this.startup?.ready(this);
    this.logger.info(`Ready to serve on /${this.address.address}:${this.address.port}`);
  }

  private answerOfPort(port: Port, entrance: Entrance): void {
    this.siblings.answer(TELNET_CONNECTIONS, () => port.telnetConnections);
    this.siblings.answer(SPARE_CONNECTIONS, async (count) => {
      await port.spare(entrance, count);
      return null;
    });
  }

  private addStatsSources(connections: ConnectionManager, latency: LatencyHistogram): void {
    const { counters, uids, storage } = this;
    const usedIds = patientUsedIds(uids, () => this.stopping !== null);
    this.statsSources.push(
      connections,
      counters.rpc,
      { collectStats: (sink) => latency.record(sink, 'http.latency', { type: 'all' }) },
      this.graphs,
      counters.ingest,
      counters.query,
      processStats,
      { collectStats: async (sink) => uids.collectStats(sink, await usedIds()) },
      this.writer,
      this.compaction,
      this.meta,
      ...(this.search ? [this.search] : []),
      ...(this.rolling ? [this.rolling] : []),
      ...(this.startup ? [this.startup] : []),
      {
        collectStats(sink) {
          for (const [name, value] of Object.entries(storage.stats())) {
            sink.record(name.startsWith('hbase.') ? name : `storage.${storage.name}.${name}`, value);
          }
        },
      },
    );
  }

  /** The TSD goes on: what this worker has counted stays counted. */
  private async tellCounts(): Promise<void> {
    await this.siblings.askPrimary(COUNTED, await collectFigures(this.statsSources));
  }

  private async stop(reason: string, how: Ending): Promise<void> {
    const { siblings, drainMs } = this;
    const drained = Date.now() + drainMs;
    // What the others have at their end goes through the keeper.
    const isLast = how === 'all' && siblings.isKeeper && siblings.count > 1;
    const deadline = drained + (isLast ? 2 : 1) * CLOSE_MS + (how === 'moves' ? STORE_MS : 0);
    this.logger.info(`Shutting down: ${reason}`);
    const step = async (what: string, work: () => Promise<void> | undefined): Promise<void> => {
      try {
        await withinTime(work() ?? Promise.resolve(), deadline - Date.now(), outOfTime);
      } catch (error) {
        this.logger.error(`${what} did not end in order: ${messageOf(error)}`);
      }
    };
    await step('The port', async () => {
      const { entrance } = siblings;
      const cut = (await (how === 'moves' && entrance !== null ? this.port?.leave(entrance, drained) : this.port?.close(drained))) ?? 0;
      if (cut > 0) this.logger.warn(`${cut} connections were cut: they were not done in ${this.drainMs} ms`);
    });
    // The TSD goes on, so there is time for a storage that is away for a moment.
    if (how === 'moves') await withinTime(this.writer.flush(), STORE_MS, () => this.logger.warn('Storage does not take what was accepted'));
    await step('Drawing', () => this.graphs.close());
    if (isLast) await step('Other workers', () => withinTime(siblings.othersEnded(), deadline - CLOSE_MS - Date.now(), outOfTime));
    await closeApp(this, step, this.startup);
    if (how === 'moves') await step('Statistics', () => this.tellCounts());
    this.logger.info('Shut down');
    this.tellStopped();
  }
}

/** Used ids for statistics, which must come when storage does not answer, too: then with the figures of the last time. */
function patientUsedIds(uids: Uids, isEnding: () => boolean): () => Promise<UsedIds | undefined> {
  let last: UsedIds | undefined;
  return async () => {
    if (isEnding()) return last;
    try {
      last = await uids.usedIds({ deadline: Date.now() + STATS_MS });
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
    }
    return last;
  };
}

function outOfTime(): never {
  throw new Error('the deadline has passed');
}

/** `tsd.core.timezone` is the zone of the whole process. @throws IllegalArgumentError `Invalid timezone name: X` */
function setTimeZone(id: string | null): void {
  if (id === null) return;
  TimeZone.of(id);
  process.env.TZ = id;
}
