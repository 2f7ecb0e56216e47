import type { SharedCount } from '../util/shared-count';

/** Between two looks at what this worker has. */
const LOOK_MS = 50;

interface Count extends SharedCount {
  elsewhere: number;
  readonly own: () => number;
  told: number;
  readonly listeners: (() => void)[];
}

/**
 * What this worker has of numbers that all keep below a limit, and what the others have. Nobody is told on the way of a point: the numbers are
 * looked at 20 times a second, and those that have changed are told together.
 */
export class WorkerCounts {
  private readonly counts = new Map<string, Count>();
  private timer: NodeJS.Timeout | null = null;

  /** @param tell takes what has changed: names, and what this worker has now */
  constructor(private readonly tell: (changed: readonly (readonly [string, number])[]) => void) {}

  shared(name: string, own: () => number): SharedCount {
    const listeners: (() => void)[] = [];
    const count: Count = { elsewhere: 0, own, told: 0, listeners, onChange: (listener) => void listeners.push(listener) };
    this.counts.set(name, count);
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
    return count;
  }

  /** What the others have now. */
  received(counts: readonly (readonly [string, number])[]): void {
    for (const [name, elsewhere] of counts) {
      const count = this.counts.get(name);
      if (count === undefined || count.elsewhere === elsewhere) continue;
      count.elsewhere = elsewhere;
      for (const listener of count.listeners) listener();
    }
  }

  look(): void {
    const changed: [string, number][] = [];
    for (const [name, count] of this.counts) {
      const now = count.own();
      if (now === count.told) continue;
      count.told = now;
      changed.push([name, now]);
    }
    if (changed.length > 0) this.tell(changed);
  }
}
