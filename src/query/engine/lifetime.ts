import { ADVICE } from '../plan';
import { ClientError } from '../../util/errors';
import type { CallOptions } from '../../storage';
import { Stopper, type StopSignal } from '../../util/stop-signal';
import { asClientError } from './client-error';

/** Queries by what aborts when their client goes away: a connection has one signal for all of its queries, and listens to it once. */
const running = new WeakMap<AbortSignal, Set<QueryLifetime>>();

function listenersOf(clientGone: AbortSignal): Set<QueryLifetime> {
  let queries = running.get(clientGone);
  if (queries === undefined) {
    const all = (queries = new Set<QueryLifetime>());
    clientGone.addEventListener('abort', () => all.forEach((query) => query.onClientGone()), { once: true });
    running.set(clientGone, queries);
  }
  return queries;
}

/**
 * From the start of a query to its end, whatever kind it is of: one signal for everything that can stop it, which is its client that goes
 * away, its time that is over, somebody who ends it, and its own failure.
 */
export class QueryLifetime {
  private readonly stopper = new Stopper();
  /** Wall clock by which storage calls must end; undefined: none. */
  readonly deadline: number | undefined;
  private readonly timer: NodeJS.Timeout | null = null;
  /** Storage may be working for it. */
  private reading = true;
  private stopped: (() => void) | null = null;

  /**
   * @param timeoutMs 0: none
   * @param clientGone aborts when the client goes away
   * @param passedMs of its time, before it had to begin anew
   */
  constructor(
    timeoutMs: number,
    private readonly clientGone: AbortSignal,
    passedMs = 0,
  ) {
    if (timeoutMs > 0) {
      const leftMs = Math.max(0, timeoutMs - passedMs);
      this.deadline = Date.now() + leftMs;
      this.timer = setTimeout(() => this.stop(timedOut(timeoutMs)), leftMs);
      this.timer.unref();
    }
    if (clientGone.aborted) this.onClientGone();
    else listenersOf(clientGone).add(this);
  }

  onClientGone(): void {
    this.stop(this.clientGone.reason as Error);
  }

  /** Has one more told when it stops before its end; costs less than listening to the signal. */
  whenStopped(listener: () => void): void {
    this.stopped = listener;
  }

  /** Aborts when the query must stop. */
  get signal(): StopSignal {
    return this.stopper;
  }

  get callOptions(): CallOptions {
    return { signal: this.signal, deadline: this.deadline };
  }

  /** Stops it before its time. @param reason what its client is told */
  stop(reason: Error): void {
    if (this.stopper.aborted) return;
    this.stopper.abort(reason);
    this.stopped?.();
  }

  /** Everything has been read: at the end there is nothing to stop. */
  hasRead(): void {
    this.reading = false;
  }

  /** Nothing of it must go on. */
  end(): void {
    if (this.timer) clearTimeout(this.timer);
    running.get(this.clientGone)?.delete(this);
    if (this.reading) {
      this.reading = false;
      this.stop(new Error('The query has ended'));
    }
    this.stopped = null;
  }

  /** Why it failed: what stopped it reaches it as whatever its storage calls make of that. */
  reasonOf(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error;
  }

  /** Ends it. @returns what its client is told */
  failed(error: unknown): ClientError {
    const reason = this.reasonOf(error);
    this.end();
    return asClientError(reason);
  }
}

function timedOut(limitMs: number): ClientError {
  return new ClientError(408, `Sorry, your query timed out. Time limit: ${limitMs} ms. ${ADVICE}`);
}
