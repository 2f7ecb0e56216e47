import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long a query may hold the event loop before others get a turn, in milliseconds. */
const TURN_MS = 10;

/** Lets long work be interrupted: by other work, so that ingestion does not stall, and by its own end. */
export class Breather {
  private since = performance.now();

  constructor(private readonly signal: AbortSignal) {}

  /** Call it often; it returns at once unless the turn is over. @throws the signal's reason once it is aborted */
  async pause(): Promise<void> {
    this.signal.throwIfAborted();
    if (performance.now() - this.since < TURN_MS) return;
    await nextTurn();
    this.since = performance.now();
    this.signal.throwIfAborted();
  }
}
