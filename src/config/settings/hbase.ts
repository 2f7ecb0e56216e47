import type { Config } from '../types';
import { flagOf, intOf, textOf } from './read';
import { KEYS } from '../keys';

/** What the configuration says of the HBase client, in asynchbase's keys. Times in milliseconds. */
export interface HBaseSettings {
  /** `host[:port],...` */
  readonly zkQuorum: string;
  /** HBase's parent node in ZooKeeper. */
  readonly zkBaseDir: string;
  readonly zkSessionTimeoutMs: number;
  /** Empty: the user of the process. */
  readonly user: string;
  /** SASL is asked for, and in which form. */
  readonly authentication: { readonly enabled: boolean; readonly kind: string };
  /** Attempts that reach a server before a call fails. */
  readonly maxAttempts: number;
  readonly rpcTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  /** Actions in one Multi RPC, and batches that a server has at once; null: the client's own choice. */
  readonly batchActions: number | null;
  readonly batchesInFlight: number | null;
}

/**
 * Mirrors asynchbase's Config, with one difference: `hbase.rpc.timeout = 0` (no timeout, its default) means the default here, since a call
 * that never ends is a leak.
 * @throws NumberFormatError
 */
export function readHBaseSettings(config: Config): HBaseSettings {
  const positive = (key: string): number => {
    const value = intOf(config, key);
    return value > 0 ? value : Number(KEYS.get(key)?.default);
  };
  const ownChoice = (key: string): number | null => {
    const value = config.has(key) ? config.getInt(key) : 0;
    return value > 0 ? value : null;
  };
  const text = (key: string): string => textOf(config, key).trim();
  return {
    zkQuorum: text('tsd.storage.hbase.zk_quorum'),
    zkBaseDir: text('tsd.storage.hbase.zk_basedir'),
    zkSessionTimeoutMs: positive('hbase.zookeeper.session.timeout'),
    user: text('hbase.security.simple.username'),
    authentication: { enabled: config.getBoolean('hbase.security.auth.enable'), kind: text('hbase.security.authentication') },
    maxAttempts: positive('hbase.client.retries.number'),
    rpcTimeoutMs: positive('hbase.rpc.timeout'),
    connectTimeoutMs: positive('hbase.ipc.client.socket.timeout.connect'),
    idleTimeoutMs: intOf(config, 'hbase.hbase.ipc.client.connection.idle_timeout') * 1000,
    noDelay: flagOf(config, 'hbase.ipc.client.tcpnodelay'),
    keepAlive: flagOf(config, 'hbase.ipc.client.tcpkeepalive'),
    batchActions: ownChoice('hbase.rpcs.batch.size'),
    batchesInFlight: ownChoice('hbase.region_client.inflight_limit'),
  };
}
