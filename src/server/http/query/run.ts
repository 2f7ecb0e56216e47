import type { Query, QueryAnswer, ValidQuery } from '../../../query';
import { TimeSlice } from '../../../util/time-slice';
import type { HttpCall, JsonpRule } from '../types';
import { HttpClient } from './request';
import { sendAnswer } from './send-answer';

/** A query that has been checked, and how its answer is written. */
export interface PreparedQuery {
  /** What `query` was made from. */
  readonly request: Query;
  readonly query: ValidQuery;
  write(found: QueryAnswer): AsyncIterable<string>;
  readonly jsonp: JsonpRule;
}

/**
 * Checks, runs and answers a query, and counts how it went.
 * @param prepare reads and checks the request
 */
export async function runQuery(call: HttpCall, prepare: () => PreparedQuery): Promise<void> {
  const counters = call.tsd.counters.query;
  // A request may take milliseconds to be read: of many that come together some wait for the next turns.
  const slice = new TimeSlice(call.signal);
  if (slice.isOver()) await slice.next();
  let prepared: PreparedQuery;
  try {
    prepared = prepare();
  } catch (e) {
    counters.invalidRequests++;
    throw e;
  }
  try {
    await answer(call, prepared);
    counters.success++;
  } catch (e) {
    counters.exceptions++;
    throw e;
  }
}

async function answer(call: HttpCall, { request, query, write, jsonp }: PreparedQuery): Promise<void> {
  const found = await call.tsd.queries.execute(query, { client: new HttpClient(call), query: request }, call.signal);
  return sendAnswer(call, found, write(found), jsonp);
}
