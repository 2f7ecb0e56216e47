/** One query that waits. */
export interface Waiting {
  /** Who asks. */
  readonly client: string;
  /** Milliseconds on a clock that never goes back. */
  readonly since: number;
  /** It may begin now. */
  grant(): void;
  /** It would wait too long. */
  refuse(): void;
}

/** The pace is that of so many beginnings, and is unknown before half as many. */
const PACE_OF = 16;

/**
 * Queries that wait, clients taking turns, so that one with hundreds of queries does not keep the others from theirs. From the pace at which
 * they begin it can tell how long the next ones will wait.
 */
export class WaitingLine {
  private count = 0;
  /** By client; the one whose turn is next is the first. */
  private readonly clients = new Map<string, Waiting[]>();
  /** When the last ones began. */
  private readonly began: number[] = [];

  /** @param clock milliseconds on a clock that never goes back */
  constructor(private readonly clock: () => number) {}

  get size(): number {
    return this.count;
  }

  add(waiting: Waiting): void {
    this.count++;
    const queue = this.clients.get(waiting.client);
    if (queue) queue.push(waiting);
    else this.clients.set(waiting.client, [waiting]);
  }

  /** Takes out the one whose turn it is. */
  next(): Waiting | null {
    for (const [client, queue] of this.clients) {
      const waiting = queue[0];
      this.remove(waiting);
      // The client is the last one now.
      if (this.clients.delete(client)) this.clients.set(client, queue);
      this.began.push(this.clock());
      if (this.began.length > PACE_OF) this.began.shift();
      if (this.count === 0) this.began.length = 0;
      return waiting;
    }
    return null;
  }

  /** Takes one out, wherever it stands. */
  remove(waiting: Waiting): void {
    const queue = this.clients.get(waiting.client);
    const at = queue?.indexOf(waiting) ?? -1;
    if (queue === undefined || at < 0) return;
    queue.splice(at, 1);
    if (queue.length === 0) this.clients.delete(waiting.client);
    this.count--;
  }

  /** The one that will begin last: the newest of the client that has the most. */
  last(): Waiting | null {
    let longest: Waiting[] = [];
    for (const queue of this.clients.values()) if (queue.length >= longest.length) longest = queue;
    return longest.at(-1) ?? null;
  }

  /** Milliseconds until the last one of a client begins, with so many more of it behind; null: nobody can tell. */
  forecast(client: string, more: number): number | null {
    const { began, clients } = this;
    if (began.length < PACE_OF / 2) return null;
    const pace = (this.clock() - began[0]) / began.length;
    const queue = clients.get(client);
    const others = clients.size + (queue === undefined ? 1 : 0);
    const own = (queue?.length ?? 0) + more;
    return pace * Math.min(this.count + more, own * others);
  }
}
