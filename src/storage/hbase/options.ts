import * as os from 'node:os';
import { LayeredConfig } from '../../config';
import { readHBaseSettings, type HBaseSettings } from '../../config/settings/hbase';
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

/** What no key says. */
const OWN_CHOICE = {
  operationTimeoutMs: 60_000,
  openTimeoutMs: 15_000,
  batchActions: 5000,
  batchBytes: 2 << 20,
  batchGets: 256,
  batchesInFlight: 4,
  scansInFlight: 16,
  rowCallsInFlight: 64,
  scanResultBytes: 2 << 20,
};

/** The options that settings come to. @throws DoNotRetryError when they ask for Kerberos */
export function hbaseOptions({ authentication, batchActions, batchesInFlight, ...settings }: HBaseSettings): HBaseOptions {
  refuseKerberos(authentication);
  return {
    ...OWN_CHOICE,
    ...settings,
    operationTimeoutMs: Math.max(OWN_CHOICE.operationTimeoutMs, settings.rpcTimeoutMs),
    batchActions: batchActions ?? OWN_CHOICE.batchActions,
    batchesInFlight: Math.min(OWN_CHOICE.batchesInFlight, batchesInFlight ?? Infinity),
  };
}

/** The options when no key is set. */
export const DEFAULT_OPTIONS: HBaseOptions = hbaseOptions(readHBaseSettings(new LayeredConfig()));

function refuseKerberos({ enabled, kind }: HBaseSettings['authentication']): void {
  if (!enabled || kind === '' || kind === 'simple') return;
  throw new DoNotRetryError(
    `hbase.security.authentication = ${kind}: this client connects to HBase with simple authentication only; ` +
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
