import type { NetworkSettings } from '../config/settings';

/** How the port is opened and how its sockets behave. */
export interface PortSettings extends NetworkSettings {
  /** A request's head must be there within this time of its first byte, the whole request within the second. */
  readonly headTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How often those two are checked. */
  readonly timeoutCheckMs: number;
}

const HEAD_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 300_000;
const TIMEOUT_CHECK_MS = 5_000;

export function portSettings(network: NetworkSettings): PortSettings {
  return {
    ...network,
    headTimeoutMs: HEAD_TIMEOUT_MS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    timeoutCheckMs: TIMEOUT_CHECK_MS,
  };
}
