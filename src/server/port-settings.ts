import type { Config } from '../config/types';

/** How the port is opened and how its sockets behave. */
export interface PortSettings {
  port: number;
  /** Empty: every address. */
  bind: string;
  /** Connections that may wait to be accepted; absent: the system's default. */
  backlog?: number;
  keepAlive: boolean;
  noDelay: boolean;
  /** Most client sockets; 0: no limit. */
  connectionsLimit: number;
  /** A socket without a read or write for so long is closed; 0: never. */
  idleMs: number;
  /** A request's head must be there within this time of its first byte, the whole request within the second. */
  headTimeoutMs: number;
  requestTimeoutMs: number;
  /** How often those two are checked. */
  timeoutCheckMs: number;
}

const HEAD_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 300_000;
const TIMEOUT_CHECK_MS = 5_000;

/**
 * `tsd.network.*` and its neighbours. `reuse_address`, `async_io` and `worker_threads` have nothing to set here: the system's listener always
 * reuses addresses, and input and output are always asynchronous.
 * @throws NumberFormatError
 */
export function readPortSettings(config: Config): PortSettings {
  return {
    port: config.getInt('tsd.network.port'),
    bind: config.getString('tsd.network.bind') ?? '',
    backlog: config.has('tsd.network.backlog') ? config.getInt('tsd.network.backlog') : undefined,
    keepAlive: config.getBoolean('tsd.network.keep_alive'),
    noDelay: config.getBoolean('tsd.network.tcp_no_delay'),
    connectionsLimit: config.getInt('tsd.core.connections.limit'),
    idleMs: config.getInt('tsd.core.socket.timeout') * 1000,
    headTimeoutMs: HEAD_TIMEOUT_MS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    timeoutCheckMs: TIMEOUT_CHECK_MS,
  };
}
