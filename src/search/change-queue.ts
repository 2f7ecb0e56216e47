import type { AnnotationId, KindedUid, Meta } from '../meta';
import { StorageError } from '../storage';
import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import { RateLimitedLog } from '../util/rate-limited-log';
import type { Changes } from './types';

/** Things of each sort that are taken in together. */
const BATCH = 512;
/** Things that may wait. */
const MOST_WAITING = 200_000;
/** Milliseconds until what failed is tried again. */
const RETRY_MS = 1000;

/** What the queue does, and who is told when something can't be done. */
export interface ChangeWork {
  /** Takes in a batch; a StorageError has it tried again. */
  take(batch: Changes): Promise<void>;
  /** Something is not taken in, and not tried again. */
  lost(): void;
}

/** Things that have changed, on their way into the index: one batch at a time, in their order, so that the last word is the last. */
export class ChangeQueue {
  taken = 0;
  failures = 0;
  private series: Buffer[] = [];
  private uids: KindedUid[] = [];
  private notes: AnnotationId[] = [];
  private running: Promise<void> | null = null;
  private closing = false;
  private wake: (() => void) | null = null;
  private readonly log: RateLimitedLog;

  constructor(
    private readonly work: ChangeWork,
    logger: Log,
    private readonly limits = { waiting: MOST_WAITING, retryMs: RETRY_MS },
  ) {
    this.log = new RateLimitedLog((message) => logger.error(message));
  }

  get waiting(): number {
    return this.series.length + this.uids.length + this.notes.length;
  }

  add({ series = [], uids = [], notes = [] }: Partial<Changes>): void {
    if (this.waiting + series.length + uids.length + notes.length > this.limits.waiting) return this.work.lost();
    for (const tsuid of series) this.series.push(tsuid);
    for (const uid of uids) this.uids.push(uid);
    for (const note of notes) this.notes.push(note);
    this.running ??= this.run();
  }

  /** Takes everything that changes from now on. */
  listenTo(meta: Meta): void {
    meta.onChange({
      series: (series) => this.add({ series }),
      uids: (uids) => this.add({ uids }),
      annotations: (notes) => this.add({ notes }),
    });
  }

  /** Resolves when nothing waits any more. */
  async flush(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  /** As `flush`, but what fails from now on is lost. */
  async close(): Promise<void> {
    this.closing = true;
    this.wake?.();
    await this.flush();
  }

  private async run(): Promise<void> {
    // Others of this turn of the event loop come with the first.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.waiting > 0) {
      const batch = { series: this.series.splice(0, BATCH), uids: this.uids.splice(0, BATCH), notes: this.notes.splice(0, BATCH) };
      await this.take(batch);
    }
    this.running = null;
  }

  private async take(batch: Changes): Promise<void> {
    for (;;) {
      try {
        await this.work.take(batch);
        this.taken += batch.series.length + batch.uids.length + batch.notes.length;
        return;
      } catch (error) {
        this.failures++;
        this.log.log(() => `The search index could not take in what has changed: ${messageOf(error)}`);
        // Anything else than storage that is away would fail again.
        if (this.closing || !(error instanceof StorageError)) return this.work.lost();
        await this.pause();
      }
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.limits.retryMs);
      this.wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
