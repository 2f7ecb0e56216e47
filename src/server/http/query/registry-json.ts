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

/** @param running how many queries are running now */
function completedJson({ client, question, startedAt, executed, filterTagks, run, completion }: QueryRecord, running: number): string {
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

/** `{"completed":[...],"running":[...]}`: what `/api/stats/query` shows, in parts. Mirrors QueryStats.getRunningAndCompleteStats. */
export function* registryJson({ running, completed }: QueryRegistry): Generator<string> {
  yield '{"completed":[';
  for (const [i, record] of completed.entries()) yield (i === 0 ? '' : ',') + completedJson(record, running.length);
  yield '],"running":[';
  for (const [i, record] of running.entries()) yield (i === 0 ? '' : ',') + runningJson(record);
  yield ']}';
}
