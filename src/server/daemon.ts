import type { AddressInfo } from 'node:net';
import type { Logger } from 'winston';
import type { Config } from '../config/types';
import { Ingest } from '../ingest';
import { createQueryEngine, type QueryEngine } from '../query';
import { createStorage } from '../storage/create';
import { RetryableError, type Storage } from '../storage';
import { createUids, type Uids } from '../uid';
import { LatencyHistogram } from '../util/latency-histogram';
import type { LogSystem } from '../util/logger';
import type { StatsSource } from '../util/stats';
import { TimeZone } from '../util/time-zone';
import { createPointWriter, loadWritePlugins, openSpool, type PointWriter } from '../write';
import { createCompactionOf, type Compaction } from '../write/compaction';
import { messageOf } from '../util/message-of';
import { withinTime } from '../util/within-time';
import { ConnectionManager } from './connections';
import { Counters } from './counters';
import type { Mode, Tsd } from './context';
import { createApp } from './http/app';
import { readBodyRules } from './http/body';
import { readCorsRules } from './http/cors';
import { routesOf } from './http/routes';
import { Port } from './port';
import { readPortSettings, type PortSettings } from './port-settings';
import { processStats } from './process-stats';
import { checkTables, checkWidths, Patience, refuseMissingPlugins } from './startup-checks';
import { loadStartupPlugin, type Startup } from './startup-plugin';
import { attachTelnet } from './telnet';

/** From the wish to stop to the end, whatever is still under way. */
const SHUTDOWN_MS = 25_000;
/** What statistics wait for storage. */
const STATS_MS = 2_000;
type UsedIds = Awaited<ReturnType<Uids['usedIds']>>;
const MODE_NAMES: Readonly<Record<Mode, string>> = { rw: 'READWRITE', ro: 'READONLY', wo: 'WRITEONLY' };

export interface DaemonOptions {
  /** Over what the configuration says of the port; for tests. */
  port?: Partial<PortSettings>;
}

/** `ro` and `wo` in any case; anything else reads and writes. */
export function modeOf(config: Config): Mode {
  const mode = (config.getString('tsd.mode') ?? '').toLowerCase();
  return mode === 'ro' || mode === 'wo' ? mode : 'rw';
}

/** A running TSD: every part made from one configuration, and the order in which they start and stop. Mirrors TSDMain. */
export class Daemon implements Tsd {
  readonly counters = new Counters();
  readonly ingest: Ingest;
  readonly statsSources: StatsSource[] = [];
  readonly mode: Mode;
  readonly startedAt = Date.now();
  readonly logger: Logger;
  /** Where it listens, once it has started. */
  address!: AddressInfo;
  /** Resolves when everything has ended. */
  readonly stopped: Promise<void>;
  private stopping: Promise<void> | null = null;
  private tellStopped: () => void = () => {};
  private port: Port | null = null;

  private constructor(
    readonly config: Config,
    readonly logs: LogSystem,
    readonly storage: Storage,
    readonly uids: Uids,
    readonly writer: PointWriter,
    readonly queries: QueryEngine,
    readonly compaction: Compaction,
    private readonly startup: Startup | null,
  ) {
    this.mode = modeOf(config);
    this.logger = logs.get('net.opentsdb.tools.TSDMain');
    this.ingest = new Ingest(writer, this.counters.ingest, this.logger);
    this.stopped = new Promise((resolve) => (this.tellStopped = resolve));
  }

  /**
   * Starts everything; the port opens last.
   * @throws what keeps it from starting; nothing is left open then
   */
  static async start(config: Config, logs: LogSystem, options: DaemonOptions = {}): Promise<Daemon> {
    const startup = await loadStartupPlugin(config, logs.get('net.opentsdb.tools.TSDMain'));
    try {
      return await Daemon.startWith(config, logs, startup, options);
    } catch (error) {
      await startup?.shutdown();
      throw error;
    }
  }

  private static async startWith(config: Config, logs: LogSystem, startup: Startup | null, options: DaemonOptions): Promise<Daemon> {
    setTimeZone(config);
    refuseMissingPlugins(config);
    const storage = createStorage(config, logs);
    const uids = createUids(config, storage, logs.get('net.opentsdb.uid.UniqueId'));
    const tsdbLogger = logs.get('net.opentsdb.core.TSDB');
    const plugins = await loadWritePlugins(config, tsdbLogger);
    const spool = modeOf(config) === 'ro' ? undefined : await openSpool(config, storage, tsdbLogger);
    const writer = createPointWriter(config, storage, uids, tsdbLogger, plugins, { spool });
    const queries = createQueryEngine(config, storage, uids, logs.get('net.opentsdb.core.TsdbQuery'));
    const compaction = createCompactionOf(writer, config, storage, uids.widths, logs.get('net.opentsdb.core.CompactionQueue'), {
      readOnly: modeOf(config) === 'ro',
      reads: queries.findings,
    });
    queries.onRowsMerged = (rows) => compaction.rowsRead(rows);
    const daemon = new Daemon(config, logs, storage, uids, writer, queries, compaction, startup);
    try {
      await daemon.open(options);
      return daemon;
    } catch (error) {
      await daemon.shutdown('initialization failed');
      throw error;
    }
  }

  /** Stops in order: no new work, what has been received is handled, what was accepted becomes durable. */
  shutdown(reason: string): Promise<void> {
    this.stopping ??= this.stop(reason);
    return this.stopping;
  }

  private async open(options: DaemonOptions): Promise<void> {
    const { config, logs, storage } = this;
    const settings = { ...readPortSettings(config), ...options.port };
    const rpcLogger = logs.get('net.opentsdb.tsd.RpcHandler');
    const connections = new ConnectionManager(settings.connectionsLimit);
    const latency = new LatencyHistogram();
    rpcLogger.info(`TSD is in ${config.getString('tsd.mode')} mode`);
    const corsRules = readCorsRules(config, (message) => rpcLogger.info(message));
    const routes = routesOf(this);
    const app = createApp(this, { routes, bodyRules: readBodyRules(config), corsRules, latency });
    this.addStatsSources(connections, latency);

    const patience = new Patience(config, this.logger);
    await patience.with('Opening the storage', () => storage.open());
    await checkTables(config, storage, patience);
    await checkWidths(config, storage, this.uids.widths);
    await patience.with('Opening the UIDs', () => this.uids.open());
    this.writer.startReplay();
    this.compaction.start();

    const on = (key: string): boolean => config.getString(key) === 'true';
    logs
      .get('net.opentsdb.tsd.RpcManager')
      .info(`Mode: ${MODE_NAMES[this.mode]}, HTTP UI Enabled: ${on('tsd.core.enable_ui')}, HTTP API Enabled: ${on('tsd.core.enable_api')}`);
    if (settings.connectionsLimit > 0) {
      logs.get('net.opentsdb.tsd.ConnectionManager').info(`TSD concurrent connection limit set to: ${settings.connectionsLimit}`);
    }
    this.port = new Port(settings, { http: app, telnet: (socket, chunk) => attachTelnet(socket, this, chunk) }, connections);
    this.address = await this.port.listen();
    await this.startup?.ready(this);
    this.logger.info(`Ready to serve on /${this.address.address}:${this.address.port}`);
  }

  private addStatsSources(connections: ConnectionManager, latency: LatencyHistogram): void {
    const { counters, uids, storage } = this;
    const usedIds = patientUsedIds(uids);
    this.statsSources.push(
      connections,
      counters.rpc,
      { collectStats: (sink) => latency.record(sink, 'http.latency', { type: 'all' }) },
      counters.ingest,
      counters.query,
      processStats,
      { collectStats: async (sink) => uids.collectStats(sink, await usedIds()) },
      this.writer,
      this.compaction,
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

  private async stop(reason: string): Promise<void> {
    const deadline = Date.now() + SHUTDOWN_MS;
    this.logger.info(`Shutting down: ${reason}`);
    const step = async (what: string, work: () => Promise<void> | undefined): Promise<void> => {
      try {
        await withinTime(work() ?? Promise.resolve(), deadline - Date.now(), outOfTime);
      } catch (error) {
        this.logger.error(`${what} did not end in order: ${messageOf(error)}`);
      }
    };
    await step('The port', () => this.port?.close(deadline));
    await step('The write path', () => this.writer.close());
    await step('Compaction', () => this.compaction.close());
    await step('The startup plugin', () => this.startup?.shutdown());
    this.queries.close();
    await step('The UIDs', () => this.uids.close());
    await step('The storage', () => this.storage.close());
    this.logger.info('Shut down');
    this.tellStopped();
  }
}

/** Used ids for statistics, which must come when storage does not answer, too: then with the figures of the last time. */
function patientUsedIds(uids: Uids): () => Promise<UsedIds | undefined> {
  let last: UsedIds | undefined;
  return async () => {
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
function setTimeZone(config: Config): void {
  const id = config.getString('tsd.core.timezone');
  if (!id) return;
  TimeZone.of(id);
  process.env.TZ = id;
}
