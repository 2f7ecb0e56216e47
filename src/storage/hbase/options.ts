import * as os from 'node:os';
import type { Config } from '../../config/types';
import { DoNotRetryError } from '../errors';
import type { ServerAddress } from './region';

/** Everything that can be set about the client. Times in milliseconds, sizes in bytes. */
export interface HBaseOptions {
  /** `host[:port],...` */
  zkQuorum: string;
  /** HBase's parent node in ZooKeeper. */
  zkBaseDir: string;
  zkSessionTimeoutMs: number;
  user: string;
  /** Attempts that reach a server before a call fails. */
  maxAttempts: number;
  /** One attempt. */
  rpcTimeoutMs: number;
  /** A whole call with its retries, when its caller sets no deadline; for a scan, from one answer to the next. */
  operationTimeoutMs: number;
  /** How long `open` tries; the daemon calls it again. */
  openTimeoutMs: number;
  connectTimeoutMs: number;
  idleTimeoutMs: number;
  noDelay: boolean;
  keepAlive: boolean;
  /** Actions and bytes of cells in one Multi RPC. */
  batchActions: number;
  batchBytes: number;
  /** Gets in one Multi RPC; their answers have no bound of their own. */
  batchGets: number;
  /** RPCs that a server has at once, by kind. */
  batchesInFlight: number;
  scansInFlight: number;
  rowCallsInFlight: number;
  /** Bytes of cells a scan's answer should hold. */
  scanResultBytes: number;
  /** Maps the address that HBase gives for a server to the one to connect to: for a tunnel or a proxy. */
  route?: (server: ServerAddress) => ServerAddress;
}

export const DEFAULT_OPTIONS: HBaseOptions = {
  zkQuorum: 'localhost',
  zkBaseDir: '/hbase',
  zkSessionTimeoutMs: 5000,
  user: '',
  maxAttempts: 10,
  rpcTimeoutMs: 20_000,
  operationTimeoutMs: 60_000,
  openTimeoutMs: 15_000,
  connectTimeoutMs: 5000,
  idleTimeoutMs: 300_000,
  noDelay: true,
  keepAlive: true,
  batchActions: 5000,
  batchBytes: 2 << 20,
  batchGets: 256,
  batchesInFlight: 4,
  scansInFlight: 16,
  rowCallsInFlight: 64,
  scanResultBytes: 2 << 20,
};

/**
 * The client's settings out of an opentsdb.conf. Mirrors asynchbase's Config, with one difference: `hbase.rpc.timeout = 0`
 * (no timeout, its default) means ours, since a call that never ends is a leak.
 */
export function optionsFromConfig(config: Config): HBaseOptions {
  const text = (key: string): string => (config.has(key) ? (config.getString(key) ?? '').trim() : '');
  const int = (key: string, fallback: number): number => (config.has(key) ? config.getInt(key) : fallback);
  const flag = (key: string, fallback: boolean): boolean => (config.has(key) ? config.getBoolean(key) : fallback);
  const positive = (key: string, fallback: number): number => {
    const value = int(key, fallback);
    return value > 0 ? value : fallback;
  };
  refuseKerberos(text('hbase.security.authentication'), flag('hbase.security.auth.enable', false));
  const defaults = DEFAULT_OPTIONS;
  const rpcTimeoutMs = positive('hbase.rpc.timeout', defaults.rpcTimeoutMs);
  return {
    ...defaults,
    zkQuorum: text('tsd.storage.hbase.zk_quorum') || defaults.zkQuorum,
    zkBaseDir: text('tsd.storage.hbase.zk_basedir') || defaults.zkBaseDir,
    zkSessionTimeoutMs: positive('hbase.zookeeper.session.timeout', defaults.zkSessionTimeoutMs),
    user: text('hbase.security.simple.username'),
    maxAttempts: positive('hbase.client.retries.number', defaults.maxAttempts),
    rpcTimeoutMs,
    operationTimeoutMs: Math.max(defaults.operationTimeoutMs, rpcTimeoutMs),
    connectTimeoutMs: positive('hbase.ipc.client.socket.timeout.connect', defaults.connectTimeoutMs),
    idleTimeoutMs: int('hbase.hbase.ipc.client.connection.idle_timeout', defaults.idleTimeoutMs / 1000) * 1000,
    noDelay: flag('hbase.ipc.client.tcpnodelay', defaults.noDelay),
    keepAlive: flag('hbase.ipc.client.tcpkeepalive', defaults.keepAlive),
    batchActions: config.isSet('hbase.rpcs.batch.size') ? positive('hbase.rpcs.batch.size', defaults.batchActions) : defaults.batchActions,
    batchesInFlight: Math.min(defaults.batchesInFlight, positive('hbase.region_client.inflight_limit', defaults.batchesInFlight)),
  };
}

function refuseKerberos(authentication: string, enabled: boolean): void {
  if (!enabled || authentication === '' || authentication === 'simple') return;
  throw new DoNotRetryError(
    `hbase.security.authentication = ${authentication}: this client connects to HBase with simple authentication only; ` +
      'set it to simple, or use a cluster without SASL',
  );
}

/** Who we are to HBase when no user is configured. */
export function defaultUser(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'opentsdb'; // a container's user id without a name
  }
}
