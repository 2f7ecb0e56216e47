import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long a query may hold the event loop before others get a turn, in milliseconds. */
const TURN_MS = 10;

/** Lets long work be interrupted: by other work, so that ingestion does not stall, and by its own end. */
export class Breather {
  private since = performance.now();

  constructor(private readonly signal: AbortSignal) {}

  /** The turn begins now: until here the query waited. */
  begin(): void {
    this.since = performance.now();
  }

  /** Whether it is time for `rest`; to be asked often. @throws the signal's reason once it is aborted */
  due(): boolean {
    this.signal.throwIfAborted();
    return performance.now() - this.since >= TURN_MS;
  }

  /** Gives others a turn. @throws the signal's reason once it is aborted */
  async rest(): Promise<void> {
    await nextTurn();
    this.begin();
    this.signal.throwIfAborted();
  }
}
