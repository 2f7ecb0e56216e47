import type { LastPoint, LastQuery, LastSubQuery } from '../../../query';
import { javaJsonString, javaJsonText, uidToHex } from '../../../schema';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { parseInt32 } from '../../../util/java-long';
import { tagsJson } from '../series-json';
import { parseSeries } from '../series-text';
import type { HttpCall } from '../types';
import { readLastBody } from './last-body';
import { checkDelete, HttpClient } from './request';
import { sendAnswer } from './send-answer';

/** Points that one part of the answer has. */
const POINTS_AT_ONCE = 256;

/** `/api/query/last`: the last points of series. Mirrors QueryRpc.handleLastDataPointQuery. */
export async function lastHandler(call: HttpCall): Promise<void> {
  call.allowMethods('GET', 'POST', 'DELETE');
  checkDelete(call);
  const query = call.method === 'POST' ? readLastBody(call) : lastOfUri(call);
  if (query.queries.length === 0) throw new ClientError(400, 'Missing sub queries');
  const found = await call.tsd.queries.last(query, new HttpClient(call), call.signal);
  return sendAnswer(call, found, answerJson(found.points), 'strict');
}

/** @throws ClientError 400 */
function lastOfUri(call: HttpCall): LastQuery {
  const backScan = call.hasParam('back_scan') ? parseInt32(call.param('back_scan') ?? '') : 0;
  const queries = [
    ...(call.params.get('timeseries') ?? []).map(seriesOfText),
    ...(call.params.get('tsuids') ?? []).map((text) => ({ metric: null, tags: null, tsuids: splitTsuids(text) })),
  ];
  if (backScan === null) throw new ClientError(400, 'Unable to parse back_scan parameter');
  return { queries, resolveNames: call.hasParam('resolve'), backScan };
}

/** Empty ones at the end don't count, unless there is nothing else and no comma. */
function splitTsuids(text: string): string[] {
  const tsuids = text.split(',');
  if (tsuids.length > 1) while (tsuids.length > 0 && tsuids[tsuids.length - 1] === '') tsuids.pop();
  return tsuids;
}

/** @throws ClientError 400 */
function seriesOfText(text: string): LastSubQuery {
  try {
    return { ...parseSeries(text), tsuids: null };
  } catch (e) {
    if (!(e instanceof IllegalArgumentError)) throw e;
    throw new ClientError(400, e.message, null, { cause: e });
  }
}

/** What was asked for, as the statistics show it. */
export function lastQueryJson({ queries, resolveNames, backScan }: LastQuery): string {
  const parts = queries.map((sub) => {
    if (sub === null) return 'null';
    const tsuids = sub.tsuids === null ? 'null' : `[${sub.tsuids.map(javaJsonText).join(',')}]`;
    return `{"metric":${javaJsonText(sub.metric)},"tags":${sub.tags === null ? 'null' : tagsJson(sub.tags)},"tsuids":${tsuids}}`;
  });
  return `{"queries":[${parts.join(',')}],"resolveNames":${resolveNames},"backScan":${backScan}}`;
}

function pointJson({ tsuid, timestamp, value, names }: LastPoint): string {
  const metric = names === null ? '' : `"metric":${javaJsonString(names.metric)},`;
  const tags = names === null ? '' : `"tags":${tagsJson(names.tags)},`;
  return `{${metric}"timestamp":${timestamp},"value":"${value}",${tags}"tsuid":"${uidToHex(tsuid)}"}`;
}

async function* answerJson(points: readonly LastPoint[]): AsyncGenerator<string> {
  for (let from = 0; from < points.length; from += POINTS_AT_ONCE) {
    yield (
      (from === 0 ? '[' : ',') +
      points
        .slice(from, from + POINTS_AT_ONCE)
        .map(pointJson)
        .join(',')
    );
  }
  yield points.length === 0 ? '[]' : ']';
}
