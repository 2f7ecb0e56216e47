import type { LogEvent } from '../util/log-ring';

/** Events on their way; more are left out and counted, as where a reader of the log does not keep up. */
const MOST_ON_THEIR_WAY = 10_000;

/** Takes a worker's log events to the primary, which writes them: those of one turn of the event loop together. */
export class LogRelay {
  private waiting: LogEvent[] = [];
  private onTheirWay = 0;
  private leftOut = 0;

  /** @param send calls back when the events have left the process, or can't */
  constructor(private readonly send: (events: readonly LogEvent[], leftOut: number, sent: () => void) => void) {}

  take(event: LogEvent): void {
    if (this.onTheirWay + this.waiting.length >= MOST_ON_THEIR_WAY) {
      this.leftOut++;
      return;
    }
    this.waiting.push(event);
    if (this.waiting.length === 1) setImmediate(() => this.flush());
  }

  flush(): void {
    const { waiting: events, leftOut } = this;
    if (events.length === 0) return;
    this.waiting = [];
    this.leftOut = 0;
    this.onTheirWay += events.length;
    this.send(events, leftOut, () => (this.onTheirWay -= events.length));
  }
}
