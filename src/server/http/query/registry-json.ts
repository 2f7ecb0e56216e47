import type { QueryRecord, QueryRegistry, Question } from '../../../query';
import { javaJsonString } from '../../../schema';
import { javaDoubleToString } from '../../../util/java-double';
import { maskHeader } from '../../../util/secrets';
import { reasonPhrase } from '../reason-phrase';
import { lookupQueryJson } from '../search/lookup';
import { lastQueryJson } from './last';
import { queryJson } from './request-json';
import { runStatsJson } from './stats-json';

function headersJson(headers: ReadonlyMap<string, string>): string {
  const entries = [...headers].map(([name, value]) => `${javaJsonString(name)}:${javaJsonString(maskHeader(name, value))}`);
  return `{${entries.join(',')}}`;
}

/** What was asked. */
function questionJson(question: Question, filterTagks: QueryRecord['filterTagks']): string {
  switch (question.kind) {
    case 'query':
      return queryJson(question.query, filterTagks);
    case 'last':
      return lastQueryJson(question.query);
    case 'lookup':
      return `{${lookupQueryJson(question.query)},"useMeta":${question.query.useMeta}}`;
  }
}

function runningJson({ id, client, question, startedAt, elapsedMs, filterTagks }: QueryRecord): string {
  const fields = [
    `"elapsed":${javaDoubleToString(Math.round(elapsedMs * 1e6) / 1e6)}`,
    `"headers":${headersJson(client.headers)}`,
    `"query":${questionJson(question, filterTagks)}`,
    `"queryStart":${startedAt}`,
    `"remote":${javaJsonString(client.remote)}`,
    '"user":null',
    `"id":${id}`,
  ];
  return `{${fields.join(',')}}`;
}

/** @param running how many queries are running now, or what stands for that */
function completedJson(
  { client, question, startedAt, executed, filterTagks, run, completion }: QueryRecord,
  running: number | string,
): string {
  const status = completion?.status ?? 0;
  const fields = [
    `"query":${questionJson(question, filterTagks)}`,
    // the text "null" when nothing went wrong, as the original has it
    `"exception":${javaJsonString(completion?.failure ?? 'null')}`,
    `"executed":${executed}`,
    '"user":null',
    `"requestHeaders":${headersJson(client.headers)}`,
    `"numRunningQueries":${running}`,
    `"httpResponse":{"code":${status},"reasonPhrase":${javaJsonString(reasonPhrase(status))}}`,
    `"queryStartTimestamp":${startedAt}`,
    `"queryCompletedTimestamp":${completion?.at ?? 0}`,
    `"sentToClient":${completion?.sent ?? false}`,
    `"stats":${runStatsJson(run, false)}`,
  ];
  return `{${fields.join(',')}}`;
}

/** The queries of a worker, as texts; of completed ones all but how many are running. */
export interface QueryTexts {
  readonly completed: readonly { readonly at: number; readonly text: string }[];
  readonly running: readonly string[];
}

/** Stands where the number of running queries is not known yet: no JSON has such a character. */
const RUNNING = '\u0000';
/** Most finished queries that are told. */
const MOST_COMPLETED = 256;

/** What a worker tells of its queries. */
export function queryTexts({ running, completed }: QueryRegistry): QueryTexts {
  return {
    completed: completed.map((record) => ({ at: record.completion?.at ?? 0, text: completedJson(record, RUNNING) })),
    running: running.map(runningJson),
  };
}

/**
 * `{"completed":[...],"running":[...]}`: what `/api/stats/query` shows, in parts. Mirrors QueryStats.getRunningAndCompleteStats.
 * @param others queries of other workers: the last ones of all are told
 */
export function* registryJson(registry: QueryRegistry, others: readonly QueryTexts[] = []): Generator<string> {
  const { running, completed } = registry;
  const all = running.length + others.reduce((sum, texts) => sum + texts.running.length, 0);
  yield '{"completed":[';
  if (others.length === 0) for (const [i, record] of completed.entries()) yield (i === 0 ? '' : ',') + completedJson(record, all);
  else yield* lastOf([queryTexts(registry), ...others], all);
  yield '],"running":[';
  let separator = '';
  for (const record of running) {
    yield separator + runningJson(record);
    separator = ',';
  }
  for (const text of others.flatMap((texts) => texts.running)) {
    yield separator + text;
    separator = ',';
  }
  yield ']}';
}

function* lastOf(all: readonly QueryTexts[], running: number): Generator<string> {
  const completed = all.flatMap((texts) => texts.completed).sort((one, other) => one.at - other.at);
  for (const [i, { text }] of completed.slice(-MOST_COMPLETED).entries()) yield (i === 0 ? '' : ',') + text.replace(RUNNING, `${running}`);
}
