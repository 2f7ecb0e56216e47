import { MAX_COMPLETED, type QueryRecord, type QueryRegistry, type Question } from '../../../query';
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

/** The queries of a worker, as texts, since what these are made of can't be sent; of completed ones all but how many are running. */
export interface QueryTexts {
  readonly completed: readonly { readonly at: number; readonly text: string }[];
  readonly running: readonly string[];
}

/** Stands where the number of running queries is not known yet: no JSON has such a character. */
const RUNNING = '\u0000';

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
  const elsewhere = others.flatMap((texts) => texts.running);
  const all = running.length + elsewhere.length;
  yield '{"completed":[';
  if (others.length === 0) yield* separated(completed, (record) => completedJson(record, all));
  else yield* separated(lastOf([queryTexts(registry), ...others]), ({ text }) => text.replace(RUNNING, `${all}`));
  yield '],"running":[';
  yield* separated([...running, ...elsewhere], (query) => (typeof query === 'string' ? query : runningJson(query)));
  yield ']}';
}

function lastOf(all: readonly QueryTexts[]): QueryTexts['completed'] {
  const completed = all.flatMap((texts) => texts.completed).sort((one, other) => one.at - other.at);
  return completed.slice(-MAX_COMPLETED);
}

function* separated<T>(elements: readonly T[], toJson: (element: T) => string): Generator<string> {
  for (const [i, element] of elements.entries()) yield (i === 0 ? '' : ',') + toJson(element);
}
