/** One logged event, as `/logs` shows it. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  time: number;
  /** Upper case, the original's names: TRACE DEBUG INFO WARN ERROR. */
  level: string;
  thread: string;
  /** Full logger name, e.g. `net.opentsdb.tsd.HttpQuery`. */
  logger: string;
  message: string;
  stack: string | null;
}

/** The last events in memory. Mirrors logback's CyclicBufferAppender of the shipped logback.xml. */
export class LogRing {
  private readonly events: LogEvent[] = [];
  private next = 0;

  constructor(private readonly capacity: number) {}

  add(event: LogEvent): void {
    this.events[this.next] = event;
    this.next = (this.next + 1) % this.capacity;
  }

  newestFirst(): LogEvent[] {
    return [...this.events.slice(this.next), ...this.events.slice(0, this.next)].reverse();
  }
}
