import { setMaxListeners } from 'node:events';

/** What work is stopped by before its end: as much of an AbortSignal as work needs to know, so that each is one. */
export interface StopSignal {
  readonly aborted: boolean;
  /** Why; undefined until it aborts. */
  readonly reason: unknown;
  /** @throws the reason once it is aborted */
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Stops work of many calls at a time, each of which listens to the signal as long as it is under way: Node warns of more than ten listeners as if
 * they had been forgotten.
 */
export function sharedAborter(): AbortController {
  const aborter = new AbortController();
  setMaxListeners(0, aborter.signal);
  return aborter;
}

/** Stops work, as an AbortController does with its signal; for work of which there is so much that Node's events would cost as much as it. */
export class Stopper implements StopSignal {
  aborted = false;
  reason: unknown = undefined;
  private listeners: (() => void)[] | null = null;

  /** Calls the listeners, once each. Later calls do nothing. */
  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (let next = this.listeners?.shift(); next !== undefined; next = this.listeners?.shift()) next();
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason as Error;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.aborted) return;
    if (this.listeners === null) this.listeners = [listener];
    else if (!this.listeners.includes(listener)) this.listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const at = this.listeners?.indexOf(listener) ?? -1;
    if (at >= 0) this.listeners?.splice(at, 1);
  }
}
