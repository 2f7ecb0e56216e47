/** Points of one client that may wait for UIDs; beyond, no more of it is read until half of them are answered. */
const MAX_WAITING = 4096;

/** Whose points are answered. */
export interface OrderedClient {
  /** Nothing more of the client may be handled, until as many calls of `release`. */
  hold(): void;
  release(): void;
  /** A point that had to wait is answered. */
  answered(): void;
}

/** Keeps the answers to a client's points in the order in which the points came, however long each waits for its UIDs. */
export class ReplyOrder {
  /** Points that wait for UIDs, or for the answers of those before them. */
  waiting = 0;
  private last: Promise<void> = Promise.resolve();
  private full = false;
  private held = false;

  constructor(private readonly client: OrderedClient) {}

  /** @param refuse says what is wrong with the point, when it is its turn and its outcome is a rejection */
  add(outcome: Promise<void>, refuse: (error: unknown) => void): void {
    if (++this.waiting >= MAX_WAITING && !this.full) {
      this.full = true;
      this.client.hold();
    }
    const answer = outcome.then(
      () => null,
      (error: unknown) => () => refuse(error),
    );
    this.last = Promise.all([answer, this.last]).then(([say]) => {
      this.waiting--;
      say?.();
      this.goOn();
    });
  }

  /** Holds the client until all of its points are answered. */
  holdForAll(): void {
    this.held = true;
    this.client.hold();
  }

  private goOn(): void {
    if (this.full && this.waiting <= MAX_WAITING / 2) {
      this.full = false;
      this.client.release();
    }
    if (this.held && this.waiting === 0) {
      this.held = false;
      this.client.release();
    }
    this.client.answered();
  }
}
