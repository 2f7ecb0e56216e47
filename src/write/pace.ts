import type { WriteSettings } from '../config/settings/write';
import type { Storage } from '../storage';
import type { LanePace } from './write-lane';

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
