import type { WriteSettings } from '../config/settings/write';
import type { Storage } from '../storage';

/** How a lane paces itself. */
export interface LanePace {
  /** Milliseconds a point may wait for others: the longer, the more cells share a row. 0: to the end of the event loop's turn. */
  flushMs: number;
  /** The same for points whose client waits until they are stored. 0: to the end of the event loop's turn. */
  hurryMs: number;
  /** Cells of one request to storage, about: so many are sent without waiting for the time. */
  batchCells: number;
  /** Requests to storage at once. */
  inFlight: number;
  /** Milliseconds that a row is tried again after a passing failure; one whose store is full for as long as it takes. */
  retryMs: number;
  /** The process ends: `retryMs` holds for every failure. */
  ending?: boolean;
}

/** Measured: the cells that come in this time share rows, which HBase writes at a third of the cost; twice the time gains nothing. */
const FLUSH_MS = 100;
/** For points that somebody waits for: what comes in one go still shares a request. */
const HURRY_MS = 2;
const BATCH_CELLS = 10_000;
const IN_FLIGHT = 4;
/** A store that is away longer than this loses points; the buffer is full long before at any real rate. */
const RETRY_MS = 15 * 60_000;

/** When a lane of the write buffer sends what it has, and how much at once. */
export function paceOf({ flushMs, batchCells }: WriteSettings, { groupsWrites }: Pick<Storage, 'groupsWrites'>): LanePace {
  return {
    flushMs: flushMs ?? FLUSH_MS,
    hurryMs: flushMs ?? (groupsWrites ? 0 : HURRY_MS),
    batchCells: batchCells ?? BATCH_CELLS,
    inFlight: IN_FLIGHT,
    retryMs: RETRY_MS,
  };
}
