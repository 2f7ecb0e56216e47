import { javaJsonString } from '../schema';
import { javaDoubleToString } from '../util/java-double';
import { queryJson, runStatsJson, type RunStats } from './output';
import type { Query, SubQuery } from './parse';
import { ClientError } from '../util/errors';

/** Who asks. */
export interface QueryClient {
  /** `/127.0.0.1:54321` */
  readonly remote: string;
  /** As received, one value a name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Most finished queries that are remembered. */
const MAX_COMPLETED = 256;

/** HTTP/1.1 reason phrases in which the original differs from what Node would say, or that occur here. */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Request Entity Too Large',
  424: 'Failed Dependency',
  500: 'Internal Server Error',
  501: 'Not Implemented',
};

/** A query that has been taken on, running or finished. Mirrors QueryStats. */
export class QueryRecord {
  readonly startedAt = Date.now();
  private readonly started = performance.now();
  private completedAt = 0;
  private status = 0;
  private sent = false;
  private exception: string | null = null;
  executed = 1;
  readonly filterTagks = new Map<SubQuery, readonly Buffer[] | null>();

  constructor(
    readonly client: QueryClient,
    readonly query: Query,
    readonly run: RunStats,
  ) {}

  private queryJson(): string {
    return queryJson(this.query, (sub) => this.filterTagks.get(sub) ?? null);
  }

  /** The same question of the same client. */
  get identity(): string {
    return `${this.client.remote} ${queryJson(this.query, () => null)}`;
  }

  /** A finished query counts once for each way in which it ended. */
  get completedIdentity(): string {
    return `${this.identity} ${this.status}`;
  }

  /** @param sent the client got the whole answer */
  complete(status: number, error: Error | null, sent: boolean): void {
    this.run.totalMs = performance.now() - this.started;
    this.completedAt = Date.now();
    this.status = status;
    this.sent = sent;
    this.exception = error ? error.message : null;
  }

  private headersJson(): string {
    const entries = Object.entries(this.client.headers).map(([name, value]) => {
      return `${javaJsonString(name)}:${javaJsonString(name.toLowerCase() === 'cookie' ? '*******' : value)}`;
    });
    return `{${entries.join(',')}}`;
  }

  runningJson(): string {
    const fields = [
      `"elapsed":${javaDoubleToString(Math.round((performance.now() - this.started) * 1e6) / 1e6)}`,
      `"headers":${this.headersJson()}`,
      `"query":${this.queryJson()}`,
      `"queryStart":${this.startedAt}`,
      `"remote":${javaJsonString(this.client.remote)}`,
      '"user":null',
    ];
    return `{${fields.join(',')}}`;
  }

  /** @param running how many queries were running when it ended */
  completedJson(running: number): string {
    const fields = [
      `"query":${this.queryJson()}`,
      // the text "null" when nothing went wrong, as the original has it
      `"exception":${javaJsonString(String(this.exception))}`,
      `"executed":${this.executed}`,
      '"user":null',
      `"requestHeaders":${this.headersJson()}`,
      `"numRunningQueries":${running}`,
      `"httpResponse":{"code":${this.status},"reasonPhrase":${javaJsonString(REASONS[this.status] ?? '')}}`,
      `"queryStartTimestamp":${this.startedAt}`,
      `"queryCompletedTimestamp":${this.completedAt}`,
      `"sentToClient":${this.sent}`,
      `"stats":${runStatsJson(this.run, false)}`,
    ];
    return `{${fields.join(',')}}`;
  }
}

/** The queries that are running and the last ones that have finished: what `/api/stats/query` shows. */
export class QueryRegistry {
  private readonly running = new Set<QueryRecord>();
  private readonly completed = new Map<string, QueryRecord>();

  /** @param allowDuplicates `tsd.query.allow_simultaneous_duplicates` */
  constructor(private readonly allowDuplicates: boolean) {}

  get runningCount(): number {
    return this.running.size;
  }

  /** @throws ClientError when the same client's same query is running and that is not allowed */
  start(record: QueryRecord): void {
    if (!this.allowDuplicates) {
      const { identity } = record;
      for (const other of this.running) {
        if (other.identity === identity) throw new ClientError(500, `Query is already executing for endpoint: ${record.client.remote}`);
      }
    }
    this.running.add(record);
  }

  end(record: QueryRecord): void {
    if (!this.running.delete(record)) return;
    const id = record.completedIdentity;
    const same = this.completed.get(id);
    if (same) record.executed = same.executed + 1;
    this.completed.delete(id);
    this.completed.set(id, record);
    if (this.completed.size > MAX_COMPLETED) this.completed.delete(this.completed.keys().next().value ?? '');
  }

  /** `{"completed":[...],"running":[...]}` */
  toJson(): string {
    const running = this.running.size;
    const completed = [...this.completed.values()].map((record) => record.completedJson(running));
    return `{"completed":[${completed.join(',')}],"running":[${[...this.running].map((record) => record.runningJson()).join(',')}]}`;
  }
}
