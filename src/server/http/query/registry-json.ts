import type { QueryRecord, QueryRegistry } from '../../../query';
import { javaJsonString } from '../../../schema';
import { javaDoubleToString } from '../../../util/java-double';
import { reasonPhrase } from '../reason-phrase';
import { queryJson } from './request-json';
import { runStatsJson } from './stats-json';

function headersJson(headers: ReadonlyMap<string, string>): string {
  const entries = [...headers].map(([name, value]) => {
    return `${javaJsonString(name)}:${javaJsonString(name.toLowerCase() === 'cookie' ? '*******' : value)}`;
  });
  return `{${entries.join(',')}}`;
}

function runningJson({ request, startedAt, elapsedMs, filterTagks }: QueryRecord): string {
  const fields = [
    `"elapsed":${javaDoubleToString(Math.round(elapsedMs * 1e6) / 1e6)}`,
    `"headers":${headersJson(request.client.headers)}`,
    `"query":${queryJson(request.query, filterTagks)}`,
    `"queryStart":${startedAt}`,
    `"remote":${javaJsonString(request.client.remote)}`,
    '"user":null',
  ];
  return `{${fields.join(',')}}`;
}

/** @param running how many queries are running now */
function completedJson({ request, startedAt, executed, filterTagks, run, completion }: QueryRecord, running: number): string {
  const status = completion?.status ?? 0;
  const fields = [
    `"query":${queryJson(request.query, filterTagks)}`,
    // the text "null" when nothing went wrong, as the original has it
    `"exception":${javaJsonString(completion?.error?.message ?? 'null')}`,
    `"executed":${executed}`,
    '"user":null',
    `"requestHeaders":${headersJson(request.client.headers)}`,
    `"numRunningQueries":${running}`,
    `"httpResponse":{"code":${status},"reasonPhrase":${javaJsonString(reasonPhrase(status))}}`,
    `"queryStartTimestamp":${startedAt}`,
    `"queryCompletedTimestamp":${completion?.at ?? 0}`,
    `"sentToClient":${completion?.sent ?? false}`,
    `"stats":${runStatsJson(run, false)}`,
  ];
  return `{${fields.join(',')}}`;
}

/** `{"completed":[...],"running":[...]}`: what `/api/stats/query` shows. Mirrors QueryStats.getRunningAndCompleteStats. */
export function registryJson({ running, completed }: QueryRegistry): string {
  const finished = completed.map((record) => completedJson(record, running.length));
  return `{"completed":[${finished.join(',')}],"running":[${running.map(runningJson).join(',')}]}`;
}
