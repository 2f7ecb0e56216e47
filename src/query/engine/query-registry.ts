import { ClientError } from '../../util/errors';
import type { RunStats } from '../output';
import { queryIdentity, type Query } from '../parse';

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

/** How a query ended. */
export interface Completion {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** As in HTTP. */
  readonly status: number;
  readonly error: Error | null;
  /** The client got the whole answer. */
  readonly sent: boolean;
}

/** Most finished queries that are remembered. */
const MAX_COMPLETED = 256;

/** A query that has been taken on, running or finished. Mirrors QueryStats. */
export class QueryRecord {
  /** Milliseconds since the epoch. */
  readonly startedAt = Date.now();
  /** How often the same client's same query has ended in the same way. */
  executed = 1;
  /** By sub-query: UIDs of the keys that filters name; null without filters or before they are resolved. */
  readonly filterTagks: (readonly Buffer[] | null)[] = [];
  completion: Completion | null = null;
  private readonly started = performance.now();

  constructor(
    readonly request: QueryRequest,
    readonly run: RunStats,
  ) {}

  /** Milliseconds since its start. */
  get elapsedMs(): number {
    return performance.now() - this.started;
  }

  /** The same question of the same client. */
  get identity(): string {
    return `${this.request.client.remote} ${queryIdentity(this.request.query)}`;
  }

  complete(status: number, error: Error | null, sent: boolean): void {
    this.run.totalMs = this.elapsedMs;
    this.completion = { at: Date.now(), status, error, sent };
  }
}

/** The queries that are running and the last ones that have finished. */
export class QueryRegistry {
  private readonly active = new Set<QueryRecord>();
  private readonly finished = new Map<string, QueryRecord>();

  /** @param allowDuplicates `tsd.query.allow_simultaneous_duplicates` */
  constructor(private readonly allowDuplicates: boolean) {}

  get running(): readonly QueryRecord[] {
    return [...this.active];
  }

  /** The oldest first; one for each way in which a client's query has ended. */
  get completed(): readonly QueryRecord[] {
    return [...this.finished.values()];
  }

  /** @throws ClientError when the same client's same query is running and that is not allowed */
  start(record: QueryRecord): void {
    if (!this.allowDuplicates) {
      const { identity } = record;
      for (const other of this.active) {
        if (other.identity !== identity) continue;
        throw new ClientError(500, `Query is already executing for endpoint: ${record.request.client.remote}`);
      }
    }
    this.active.add(record);
  }

  /** @param record completed */
  end(record: QueryRecord): void {
    if (!this.active.delete(record)) return;
    const id = `${record.identity} ${record.completion?.status}`;
    const same = this.finished.get(id);
    if (same) record.executed = same.executed + 1;
    this.finished.delete(id);
    this.finished.set(id, record);
    if (this.finished.size > MAX_COMPLETED) this.finished.delete(this.finished.keys().next().value ?? '');
  }
}
