import { TimeoutError } from '../errors';
import type { CallOptions } from '../storage';
import { withinTime } from '../../util/within-time';
import type { StopSignal } from '../../util/stop-signal';

/** The call was given up through its AbortSignal; as after a timeout, its effect is unknown. */
export class CancelledError extends TimeoutError {}

/** The deadline passed while the call waited. Converted to a TimeoutError where operation and table are known. */
export class OutOfTimeError extends Error {
  constructor() {
    super('the deadline has passed');
    this.name = 'OutOfTimeError';
  }
}

/** The deadline and the cancellation of one call, shared by all its attempts. A clock that is set moves neither. */
export class Deadline {
  /** Both on the scale of `performance.now()`. */
  private readonly startedAt = performance.now();
  private readonly at: number;
  private readonly signal: StopSignal | undefined;

  constructor(options: CallOptions | undefined, defaultMs: number) {
    const leftMs = (options?.deadline ?? Infinity) - Date.now();
    this.at = this.startedAt + Math.min(leftMs, defaultMs);
    this.signal = options?.signal;
  }

  get remainingMs(): number {
    return this.at - performance.now();
  }

  get elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  get over(): boolean {
    return this.remainingMs <= 0;
  }

  /** Calls back with a CancelledError when the call is cancelled. @returns a function that removes the callback */
  onCancel(callback: (error: CancelledError) => void): () => void {
    const { signal } = this;
    if (signal === undefined) return () => undefined;
    const aborted = (): void => callback(new CancelledError('cancelled', { cause: signal.reason }));
    signal.addEventListener('abort', aborted, { once: true });
    return () => signal.removeEventListener('abort', aborted);
  }

  /** @throws CancelledError, OutOfTimeError when the call is cancelled or its deadline has passed */
  check(): void {
    if (this.signal?.aborted) throw new CancelledError('cancelled', { cause: this.signal.reason });
    if (this.over) throw new OutOfTimeError();
  }

  private fail(): never {
    this.check();
    throw new OutOfTimeError();
  }

  /** Waits for the promise until the call is cancelled or out of time. @throws CancelledError, OutOfTimeError */
  async race<T>(promise: Promise<T>): Promise<T> {
    if (this.signal?.aborted || this.over) {
      promise.catch(() => undefined); // the outcome is ignored, but a rejection must not be unhandled
      this.check();
    }
    return withinTime(promise, this.remainingMs, () => this.fail(), this.signal);
  }

  /** Waits so long, but not past the deadline. @returns false when the deadline came first */
  async sleep(ms: number): Promise<boolean> {
    const remaining = this.remainingMs;
    if (remaining <= 0) return false;
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.race(new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.min(ms, remaining - 1)))));
    } catch (error) {
      // Time has passed since it was looked at.
      if (error instanceof OutOfTimeError) return false;
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return ms < remaining;
  }
}

const FIRST_BACKOFF_MS = 16;
const LONGEST_BACKOFF_MS = 5000;

/** The pause after the n-th failure (from 1): doubles from 16 ms to 5 s, half of it random so that callers do not retry in lockstep. */
export function backoffMs(failures: number): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 20));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}
