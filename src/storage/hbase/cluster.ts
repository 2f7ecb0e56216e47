import { randomBytes } from 'node:crypto';
import type { RegionState, ServerState } from '../server-state';
import { SILENT_LOGS, type LogSource } from '../../util/log';
import { RateLimitedLog } from '../../util/rate-limited-log';
import { CongestionWindow, type CallOutcome } from './congestion';
import type { CallResponse } from './call';
import type { Deadline } from './deadline';
import { RemoteException } from './errors';
import { ZooKeeperLocator, type MetaLocator } from './meta-locator';
import { MetaTable } from './meta-table';
import { defaultUser, type HBaseOptions } from './options';
import { addressOf, printedRegionName, type Region, type ServerAddress } from './region';
import { RegionDirectory } from './regions';
import { FailureHandler } from './retry';
import { ServerQueue, type QueueCounters } from './server-queue';
import { Servers } from './servers';

/** Answers that take longer count as overload of the server. */
const SLOW_BATCH_MS = 2000;
const SLOW_READ_MS = 5000;

/** Loggers of the client, and of its connections and calls: asynchbase's class names. */
export const CLIENT_LOGGER = 'org.hbase.async.HBaseClient';
const CONNECTION_LOGGER = 'org.hbase.async.RegionClient';

/** Calls to one server, limited by kind, so that many calls of one kind do not block the others. */
interface Traffic {
  mutations: ServerQueue;
  gets: ServerQueue;
  rowCalls: CongestionWindow;
  scans: CongestionWindow;
}

/** The parts of the client that know servers and regions, wired together. */
export class Cluster {
  readonly servers: Servers;
  readonly meta: MetaTable;
  readonly directory: RegionDirectory;
  readonly handler: FailureHandler;
  readonly locator: MetaLocator;
  /** Names this client in its increments and appends. */
  readonly nonceGroup = newNonce();
  readonly queueCounters: QueueCounters = { flushes: 0, batched: 0, bytesInFlight: 0 };
  private readonly traffic = new Map<string, Traffic>();

  constructor(
    readonly options: HBaseOptions,
    locator?: MetaLocator,
    readonly logs: LogSource = SILENT_LOGS,
  ) {
    const { zkQuorum, zkBaseDir, zkSessionTimeoutMs } = options;
    this.locator = locator ?? new ZooKeeperLocator({ quorum: zkQuorum, baseDir: zkBaseDir, sessionTimeoutMs: zkSessionTimeoutMs });
    const gone = (address: string): void => {
      this.directory.invalidateServer(address);
      this.meta.invalidateServer(address);
    };
    this.servers = new Servers(this.connectionOptions('ClientService'), gone, options.route);
    this.meta = new MetaTable(this.locator, this.servers, options.rpcTimeoutMs);
    const log = logs.get(CLIENT_LOGGER);
    const warnings = new RateLimitedLog((message) => log.warn(message));
    this.directory = new RegionDirectory(this.meta, log);
    const serverGone = (address: string, reason: string): void => {
      warnings.log(`Region server ${address} is going away (${reason}): its regions are looked up again`);
      gone(address);
      this.servers.drop(address);
    };
    this.handler = new FailureHandler(this.directory, serverGone, log);
  }

  /** @param service the protocol that is spoken: ClientService, AdminService or MasterService */
  connectionOptions(service: string): ConstructorParameters<typeof Servers>[0] {
    const { user, connectTimeoutMs, rpcTimeoutMs, idleTimeoutMs, noDelay, keepAlive } = this.options;
    const log = this.logs.get(CONNECTION_LOGGER);
    return { log, user: user || defaultUser(), service, connectTimeoutMs, readTimeoutMs: rpcTimeoutMs, idleTimeoutMs, noDelay, keepAlive };
  }

  trafficOf(server: ServerAddress): Traffic {
    const address = addressOf(server);
    let traffic = this.traffic.get(address);
    if (traffic === undefined) this.traffic.set(address, (traffic = this.newTraffic(server)));
    return traffic;
  }

  private newTraffic(server: ServerAddress): Traffic {
    const { options } = this;
    const queue = (actions: number): ServerQueue => {
      const window = new CongestionWindow(options.batchesInFlight, SLOW_BATCH_MS);
      const limits = { actions, bytes: options.batchBytes, rpcTimeoutMs: options.rpcTimeoutMs };
      return new ServerQueue(server, this.servers, window, limits, this.nonceGroup, this.queueCounters);
    };
    return {
      mutations: queue(options.batchActions),
      gets: queue(options.batchGets),
      rowCalls: new CongestionWindow(options.rowCallsInFlight, SLOW_READ_MS),
      scans: new CongestionWindow(options.scansInFlight, SLOW_READ_MS),
    };
  }

  /** One RPC for one row. Counts against the concurrency limit of row calls, and waits for it. */
  async rowCall(region: Region, method: string, param: Buffer, deadline: Deadline): Promise<CallResponse> {
    const { server } = region;
    const window = this.trafficOf(server).rowCalls;
    await window.enter(deadline);
    const startedAt = performance.now();
    let outcome: CallOutcome = 'failed';
    try {
      const timeoutMs = Math.max(1, Math.min(this.options.rpcTimeoutMs, deadline.remainingMs));
      const response = await this.servers.connection(server).call({ method, param, timeoutMs, target: region });
      outcome = 'well';
      return response;
    } catch (error) {
      if (error instanceof RemoteException && error.overloaded) outcome = 'overloaded';
      throw error;
    } finally {
      window.leave(outcome, performance.now() - startedAt);
    }
  }

  /**
   * Every server that there is a connection to, a queue for, or a region on; those with a connection first.
   * @param withRegions list them, too
   */
  serverStates(withRegions: boolean): ServerState[] {
    const regions = new Map<string, RegionState[]>();
    for (const { region, stale } of withRegions ? this.directory.known() : []) {
      const address = addressOf(region.server);
      const listed = regions.get(address) ?? [];
      regions.set(address, listed);
      listed.push(regionState(region, stale));
    }
    const connections = this.servers.all;
    const addresses = new Set([...connections.keys(), ...this.traffic.keys(), ...regions.keys()]);
    return [...addresses].map((server) => ({
      server,
      connection: connections.get(server)?.state() ?? null,
      queues: Object.fromEntries(
        Object.entries<Traffic[keyof Traffic]>({ ...this.traffic.get(server) }).map(([kind, queue]) => [kind, queue.state()]),
      ),
      holdsMeta: this.meta.address === server,
      regions: regions.get(server) ?? [],
    }));
  }

  close(): void {
    this.servers.close();
    this.locator.close();
  }
}

function regionState(region: Region, stale: boolean): RegionState {
  const { table, startKey, endKey } = region;
  return { table, name: printedRegionName(region), startKey: startKey.toString('hex'), endKey: endKey.toString('hex'), stale };
}

/** Identifies one operation of one client to HBase: random, never 0 (which means none). */
export function newNonce(): number {
  return randomBytes(6).readUIntBE(0, 6) + 1;
}
