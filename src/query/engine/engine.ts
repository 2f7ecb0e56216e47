import type { Annotation } from '../../schema';
import type { Row } from '../../storage';
import type { LastPoint, LastQuery } from '../last';
import type { FoundSeries, LookupQuery } from '../lookup';
import type { QueryGroup, QueryResult, RunStats } from '../output';
import type { Query } from '../parse';
import type { QuerySettings } from '../../config/settings';
import type { Series } from '../series';
import type { ValidQuery } from '../specification';
import type { QueryClient, QueryRegistry, QueryRequest } from './query-registry';
import type { StopSignal } from '../../util/stop-signal';

/** A query that has been read from storage; its numbers are computed as they are taken. */
export interface QueryAnswer {
  readonly globalAnnotations: readonly Annotation[];
  readonly stats: RunStats;
  /** Aborts when the client is gone or the query's time is over. */
  readonly signal: StopSignal;
  /** Told when it must not go on; there is one listener at most. */
  whenStopped(listener: () => void): void;
  /**
   * One output object after the other; call it once in each step. Others get their turn while it computes.
   * @throws ClientError while iterating
   */
  results(): AsyncIterable<QueryResult>;
  /**
   * The output objects by sub-query, instead of `results`, for those who compute their numbers themselves, in any order and again:
   * what they are computed from is held until `compute` is over. Others must get their turn, and `signal` must be looked at.
   */
  groups(): readonly (readonly QueryGroup[])[];
  /**
   * Counts points that are kept until `finish`: output objects that wait for others before they are written.
   * @throws ClientError 413, also where only others are in the way
   */
  hold(points: number): void;
  /** Holds computed points until the query has ended. @returns the same points, to be used in their place @throws ClientError 413 */
  keep(points: Series): Series;
  /**
   * Computes all that is to be written; when it is done only writing is left, another query may begin, and what is to be deleted is. If others leave no
   * room for what it holds, that is let go of, and all is read and computed anew when there is room for it.
   * @param step takes `results` or `groups`, which it may be asked to do again, and `hold` or `keep`
   * @throws what the step throws; ClientError 503 when there is no room for it in time
   */
  compute<T>(step: () => Promise<T>): Promise<T>;
  /**
   * Must be called when the answer is written or given up.
   * @param sent the client got all of it
   */
  finish(status: number, error: Error | null, sent: boolean): void;
}

/** What every answer ends with: must be called when it is written or given up. `sent`: the client got all of it. */
type Finish = (status: number, error: Error | null, sent: boolean) => void;

/** Last points that were found. */
export interface LastAnswer {
  readonly points: readonly LastPoint[];
  readonly finish: Finish;
}

/** A lookup that has been taken on. */
export interface LookupAnswer {
  /** Aborts when the client is gone, the lookup's time is over or somebody ends it. */
  readonly signal: StopSignal;
  /** Told when it must not go on; there is one listener at most. */
  whenStopped(listener: () => void): void;
  /**
   * The series, batch by batch, read at the pace at which they are taken; call it once.
   * @throws ClientError while iterating
   */
  series(): AsyncIterable<readonly FoundSeries[]>;
  readonly finish: Finish;
}

/** Queries over one store. */
export interface QueryEngine {
  /** Running and finished queries. */
  readonly registry: QueryRegistry;
  /** What requests are checked against before there is a query. */
  readonly settings: Pick<QuerySettings, 'expressions' | 'timeZone' | 'counts'>;
  /** What decoding rows came across, since the start. */
  readonly findings: Readonly<{ merged: number; duplicatesSame: number; duplicatesDifferent: number }>;
  /**
   * Told of rows just read that compaction might find something to do about: several columns, or one that is not as it should be.
   * They mean nothing any more when it returns.
   */
  onRowsMerged: ((rows: readonly Row[]) => void) | null;
  /**
   * Checks a request and makes its times absolute against the clock's now. Duplicates among the sub-queries should be gone.
   * @throws ClientError with the status and text for the client
   */
  validate(query: Query): ValidQuery;
  /**
   * Reads everything that a query needs.
   * @param request what `query` was made from, and who asks: for the registry
   * @param signal aborts when the client is gone; the query stops reading then
   * @throws ClientError with the status and text for the client
   */
  execute(query: ValidQuery, request: QueryRequest, signal: AbortSignal): Promise<QueryAnswer>;
  /**
   * The last points of series.
   * @param signal aborts when the client is gone
   * @throws ClientError with the status and text for the client
   */
  last(query: LastQuery, client: QueryClient, signal: AbortSignal): Promise<LastAnswer>;
  /**
   * Which series there are.
   * @param signal aborts when the client is gone
   * @throws ClientError when the same lookup of the same client is running and that is not allowed
   */
  lookup(query: LookupQuery, client: QueryClient, signal: AbortSignal): LookupAnswer;
  close(): void;
}
