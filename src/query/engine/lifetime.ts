import { ADVICE } from '../plan';
import { ClientError } from '../../util/errors';
import type { CallOptions } from '../../storage';
import { asClientError } from './client-error';

/**
 * From the start of a query to its end, whatever kind it is of: one signal for everything that can stop it, which is its client that goes
 * away, its time that is over, somebody who ends it, and its own failure.
 */
export class QueryLifetime {
  private readonly aborter = new AbortController();
  /** Aborts when the query must stop. */
  readonly signal = this.aborter.signal;
  /** Wall clock by which storage calls must end; undefined: none. */
  readonly deadline: number | undefined;
  private readonly timer: NodeJS.Timeout | null = null;
  /** Storage may be working for it. */
  private reading = true;

  /**
   * @param timeoutMs 0: none
   * @param clientGone aborts when the client goes away
   */
  constructor(
    timeoutMs: number,
    private readonly clientGone: AbortSignal,
  ) {
    if (timeoutMs > 0) {
      this.deadline = Date.now() + timeoutMs;
      this.timer = setTimeout(() => this.stop(timedOut(timeoutMs)), timeoutMs);
      this.timer.unref();
    }
    if (clientGone.aborted) this.onClientGone();
    else clientGone.addEventListener('abort', this.onClientGone);
  }

  private readonly onClientGone = (): void => this.stop(this.clientGone.reason as Error);

  get callOptions(): CallOptions {
    return { signal: this.signal, deadline: this.deadline };
  }

  /** Stops it before its time. @param reason what its client is told */
  stop(reason: Error): void {
    this.aborter.abort(reason);
  }

  /** Everything has been read: at the end there is nothing to stop. */
  hasRead(): void {
    this.reading = false;
  }

  /** Nothing of it must go on. */
  end(): void {
    if (this.timer) clearTimeout(this.timer);
    this.clientGone.removeEventListener('abort', this.onClientGone);
    if (!this.reading) return;
    this.reading = false;
    this.aborter.abort(new Error('The query has ended'));
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
