import { TimeSlice } from '../util/time-slice';

/** Answers that are given at once: what is done with each may be much. */
const ANSWERS_AT_ONCE = 64;

interface WaitingQuestion<K, V> {
  key: K;
  promise: Promise<V>;
  resolve: (value: V) => void;
  reject: (error: unknown) => void;
}

/**
 * Joins look-ups that are asked for one by one into batches, and equal ones into one. While batches are under way the next fills up, so the
 * slower the store, the larger the batches.
 */
export class Batcher<K, V> {
  private readonly waiting = new Map<string, WaitingQuestion<K, V>>();
  private running = 0;
  private scheduled = false;

  /**
   * @param run answers in the order of the keys
   * @param nameOf equal names are one look-up
   */
  constructor(
    private readonly run: (keys: K[]) => Promise<V[]>,
    private readonly nameOf: (key: K) => string,
    private readonly maxKeys = 1024,
    private readonly maxRunning = 4,
  ) {}

  load(key: K): Promise<V> {
    const name = this.nameOf(key);
    const known = this.waiting.get(name);
    if (known) return known.promise;
    const waiting = { key } as WaitingQuestion<K, V>;
    waiting.promise = new Promise<V>((resolve, reject) => {
      waiting.resolve = resolve;
      waiting.reject = reject;
    });
    this.waiting.set(name, waiting);
    this.schedule();
    return waiting.promise;
  }

  private schedule(): void {
    if (this.scheduled || this.running >= this.maxRunning || this.waiting.size === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    while (this.waiting.size > 0 && this.running < this.maxRunning) {
      const batch = this.take();
      this.running++;
      this.run(batch.map((w) => w.key))
        .then(
          (values) => this.answer(batch, values),
          (error: unknown) => batch.forEach((w) => w.reject(error)),
        )
        .finally(() => {
          this.running--;
          this.schedule();
        });
    }
  }

  /** Others have their turn between the answers. */
  private async answer(batch: readonly WaitingQuestion<K, V>[], values: readonly V[]): Promise<void> {
    const slice = new TimeSlice();
    for (let i = 0; i < batch.length; i++) {
      batch[i].resolve(values[i]);
      if (i % ANSWERS_AT_ONCE !== ANSWERS_AT_ONCE - 1) continue;
      await Promise.resolve(); // those who were waiting go on now
      if (slice.isOver()) await slice.next();
    }
  }

  private take(): WaitingQuestion<K, V>[] {
    const batch: WaitingQuestion<K, V>[] = [];
    for (const [name, waiting] of this.waiting) {
      this.waiting.delete(name);
      if (batch.push(waiting) === this.maxKeys) break;
    }
    return batch;
  }
}
