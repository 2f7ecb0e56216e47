import { newRunStats } from '../output';
import { CrowdedError, type MemoryShare, type QueryMemory } from '../plan';
import { QueryLifetime } from './lifetime';
import { tooMany, type QueuePlace, type QueryQueue } from './query-queue';
import { QueryRecord, type QueryClient, type QueryRegistry } from './query-registry';
import type { Question } from './question';

/** A client without its port: `/127.0.0.1`. */
const addressOf = (remote: string): string => remote.slice(0, remote.lastIndexOf(':'));

/** How much more than it had a query may need that had to end for others: nobody knows, and it should not have to begin often. */
const NEXT_TIME = 3;

/** What all queries of an engine are taken on by, whatever kind they are of. */
export interface TaskRules {
  readonly registry: QueryRegistry;
  readonly memory: QueryMemory;
  readonly queue: QueryQueue;
  /** Milliseconds that a query may take; 0: any time. */
  readonly timeoutMs: number;
  /** Milliseconds that it may wait for memory. */
  readonly waitMs: number;
}

/** A query from the moment it is taken on: in the registry, with its time, what it holds of memory and what stops it. */
export class QueryTask {
  lifetime: QueryLifetime;
  readonly record: QueryRecord;
  memory: MemoryShare;
  private place: QueuePlace | null = null;
  private finished = false;
  private stopped: (() => void) | null = null;

  /**
   * @param parts how many sub-queries it has figures for
   * @param clientGone aborts when the client goes away
   * @throws ClientError when the same client's same query is running and that is not allowed
   */
  constructor(
    private readonly rules: TaskRules,
    client: QueryClient,
    question: Question,
    private readonly parts: number,
    private readonly clientGone: AbortSignal,
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

  /** Has one told when the query must not go on; there is one listener at most. */
  whenStopped(listener: () => void): void {
    this.stopped = listener;
    this.lifetime.whenStopped(listener);
  }

  /**
   * Does a part of the query's work. What has no room because of what others hold is let go of, and done anew as soon as there is room for it.
   * @param work starts from nothing each time, and holds nothing when it has failed
   * @throws what the work throws, and what `waitForRoom` does
   */
  async withRoom<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        await this.waitForRoom(error);
      }
    }
  }

  /**
   * The query's work has failed. If it has because others held too much: waits until several times as much as it held is there for it, to begin anew.
   * @throws the error, if it is another; ClientError 503 when the memory is not there in time; the reason for which it stops meanwhile
   */
  async waitForRoom(error: unknown): Promise<void> {
    if (!(error instanceof CrowdedError)) throw error;
    const { rules, record } = this;
    const { most, reserved, wanted } = this.memory;
    this.memory.free();
    this.lifetime.end();
    this.lifetime = new QueryLifetime(rules.timeoutMs, this.clientGone, record.elapsedMs);
    if (this.stopped !== null) this.lifetime.whenStopped(this.stopped);
    record.beginAnew(newRunStats(this.parts));
    // It is not one of those that run until its memory is there, which then counts for more than a place.
    this.place?.leave();
    const bytes = Math.max(wanted, NEXT_TIME * Math.max(most, reserved));
    this.memory = await rules.memory.reserve(bytes, rules.waitMs, this.lifetime.signal, tooMany);
  }

  /** All is read: what it holds will only become less. */
  hasRead(): void {
    this.memory.isReading = false;
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
