import { newRunStats } from '../output';
import type { MemoryShare, QueryMemory } from '../plan';
import { QueryLifetime } from './lifetime';
import type { QueuePlace, QueryQueue } from './query-queue';
import { QueryRecord, type QueryClient, type QueryRegistry } from './query-registry';
import type { Question } from './question';

/** A client without its port: `/127.0.0.1`. */
const addressOf = (remote: string): string => remote.slice(0, remote.lastIndexOf(':'));

/** What all queries of an engine are taken on by, whatever kind they are of. */
export interface TaskRules {
  readonly registry: QueryRegistry;
  readonly memory: QueryMemory;
  readonly queue: QueryQueue;
  /** Milliseconds that a query may take; 0: any time. */
  readonly timeoutMs: number;
}

/** A query from the moment it is taken on: in the registry, with its time, what it holds of memory and what stops it. */
export class QueryTask {
  readonly lifetime: QueryLifetime;
  readonly record: QueryRecord;
  readonly memory: MemoryShare;
  private place: QueuePlace | null = null;
  private finished = false;

  /**
   * @param parts how many sub-queries it has figures for
   * @param clientGone aborts when the client goes away
   * @throws ClientError when the same client's same query is running and that is not allowed
   */
  constructor(
    private readonly rules: TaskRules,
    client: QueryClient,
    question: Question,
    parts: number,
    clientGone: AbortSignal,
  ) {
    this.lifetime = new QueryLifetime(rules.timeoutMs, clientGone);
    this.record = new QueryRecord(client, question, newRunStats(parts), (reason) => this.lifetime.stop(reason));
    this.memory = rules.memory.share();
    try {
      rules.registry.start(this.record);
    } catch (e) {
      this.lifetime.end();
      throw e;
    }
  }

  /**
   * Waits until the query may begin; null: at once.
   * @throws ClientError 503 when too many wait; the reason for which it stops meanwhile
   */
  begin(): Promise<void> | null {
    const entered = this.rules.queue.enter(addressOf(this.record.client.remote), this.lifetime.signal);
    if (!(entered instanceof Promise)) {
      this.take(entered);
      return null;
    }
    return entered.then((place) => this.take(place));
  }

  private take(place: QueuePlace): void {
    this.place = place;
    this.memory.onHeavy = () => place.heavy();
    if (this.finished) place.leave();
  }

  /** All is computed and only writing is left: another query may begin. */
  computed(): void {
    this.place?.leave();
  }

  /**
   * The answer is written or given up. What is still under way stops.
   * @param sent the client got all of it
   */
  finish(status: number, error: Error | null, sent: boolean): void {
    this.lifetime.end();
    this.memory.free();
    this.finished = true;
    this.place?.leave();
    this.rules.queue.admit(); // there may be memory again
    this.record.complete(status, error, sent);
    this.rules.registry.end(this.record);
  }
}
