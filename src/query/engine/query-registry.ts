import { ClientError } from '../../util/errors';
import type { RunStats } from '../output';
import { queryIdentity, type Query } from '../parse';
import { shortQuestion, type Question } from './question';

/** Who asks. */
export interface QueryClient {
  /** `/127.0.0.1:54321` */
  readonly remote: string;
  /** As received, one value a name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What was asked, as it was sent, and by whom. */
export interface QueryRequest {
  readonly client: QueryClient;
  readonly query: Query;
}

/** The same text for questions that are equal. */
function identityOf(question: Question): string {
  if (question.kind === 'query') return queryIdentity(question.query);
  const text = JSON.stringify(question.query, (_key, value: unknown) =>
    value instanceof Map ? [...(value as Map<string, unknown>)] : value,
  );
  return `${question.kind} ${text}`;
}

/** How a query ended. */
export interface Completion {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** As in HTTP. */
  readonly status: number;
  /** What went wrong; null: nothing. A text: an Error knows the calls that led to it, and by them all that the query held. */
  readonly failure: string | null;
  /** The client got the whole answer. */
  readonly sent: boolean;
}

/** Most finished queries that are remembered, and told of. */
export const MAX_COMPLETED = 256;
/** Output objects whose figures are remembered: of one query, and of all finished ones. */
const MAX_SERIES = 10_000;
const MAX_ALL_SERIES = 100_000;
/** The largest number that a client can name. */
const LAST_ID = 0x7fff_ffff;
/** Characters of an error's message that are remembered. */
const MESSAGE = 1000;

/** A query that has been taken on, running or finished. Mirrors QueryStats. */
export class QueryRecord {
  /** By which it can be ended; set when it starts. */
  id = 0;
  /** Milliseconds since the epoch. */
  readonly startedAt = Date.now();
  /** How often the same client's same query has ended in the same way. */
  executed = 1;
  /** By sub-query: UIDs of the keys that filters name; null without filters or before they are resolved. */
  readonly filterTagks: (readonly Buffer[] | null)[] = [];
  completion: Completion | null = null;
  private readonly started = performance.now();

  /** What was asked; of a long query only a part. */
  readonly question: Question;

  /** @param end ends the query while it runs; its client is told the reason */
  constructor(
    readonly client: QueryClient,
    question: Question,
    public run: RunStats,
    private end: ((reason: Error) => void) | null,
  ) {
    this.question = shortQuestion(question);
  }

  /** Milliseconds since its start. */
  get elapsedMs(): number {
    return performance.now() - this.started;
  }

  /** The same question of the same client. */
  get identity(): string {
    return `${this.client.remote} ${identityOf(this.question)}`;
  }

  /** Output objects whose figures it has. */
  get series(): number {
    return this.run.subQueries.reduce((sum, { series }) => sum + series.length, 0);
  }

  private forgetSeries(): void {
    let left = MAX_SERIES;
    for (const { series } of this.run.subQueries) {
      if (series.length > left) series.splice(left);
      left -= series.length;
    }
  }

  /** What it has read counts for nothing: it is read anew. @param run figures to fill in */
  beginAnew(run: RunStats): void {
    this.run = run;
    this.filterTagks.length = 0;
  }

  /** Ends it, if it has not ended. */
  stop(reason: Error): void {
    this.end?.(reason);
  }

  complete(status: number, error: Error | null, sent: boolean): void {
    // Behind it is all that the query holds, and records are kept.
    this.end = null;
    this.run.totalMs = this.elapsedMs;
    this.completion = { at: Date.now(), status, failure: error && shortMessage(error), sent };
    this.forgetSeries();
  }
}

/** Of a long message the beginning, as a text of its own: a part of one keeps the whole. */
function shortMessage({ message }: Error): string {
  return message.length <= MESSAGE ? message : `${Buffer.from(message.slice(0, MESSAGE)).toString()}...`;
}

/** The queries that are running and the last ones that have finished. */
export class QueryRegistry {
  private readonly active = new Map<number, QueryRecord>();
  private readonly finished = new Map<string, QueryRecord>();
  private finishedSeries = 0;
  private lastId: number;

  /**
   * @param allowDuplicates `tsd.query.allow_simultaneous_duplicates`: only the same connection's count as the same client's, and all of a
   * connection comes to one worker
   * @param ids of this worker's queries begin here, and go on in steps of the number of workers
   */
  constructor(
    private readonly allowDuplicates: boolean,
    private readonly ids = { first: 1, step: 1 },
  ) {
    this.lastId = ids.first - ids.step;
  }

  get running(): readonly QueryRecord[] {
    return [...this.active.values()];
  }

  /** The oldest first; one for each way in which a client's query has ended. */
  get completed(): readonly QueryRecord[] {
    return [...this.finished.values()];
  }

  /** @throws ClientError when the same client's same query is running and that is not allowed */
  start(record: QueryRecord): void {
    if (!this.allowDuplicates) {
      const { identity } = record;
      for (const other of this.active.values()) {
        if (other.identity !== identity) continue;
        throw new ClientError(500, `Query is already executing for endpoint: ${record.client.remote}`);
      }
    }
    this.lastId = this.lastId > LAST_ID - this.ids.step ? this.ids.first : this.lastId + this.ids.step;
    record.id = this.lastId;
    this.active.set(record.id, record);
  }

  /** Ends a running query: its client gets an error. @returns false: no such query is running */
  stop(id: number): boolean {
    const record = this.active.get(id);
    record?.stop(new ClientError(400, 'The query was ended by an operator'));
    return record !== undefined;
  }

  /** @param record completed */
  end(record: QueryRecord): void {
    if (!this.active.delete(record.id)) return;
    const id = `${record.identity} ${record.completion?.status}`;
    const same = this.finished.get(id);
    if (same) record.executed = same.executed + 1;
    this.finished.delete(id);
    this.finished.set(id, record);
    this.finishedSeries += record.series - (same?.series ?? 0);
    for (const [oldest, { series }] of this.finished) {
      if (this.finished.size <= MAX_COMPLETED && this.finishedSeries <= MAX_ALL_SERIES) break;
      this.finished.delete(oldest);
      this.finishedSeries -= series;
    }
  }
}
