import type { FoundSeries, LookupAnswer, LookupQuery } from '../../../query';
import { javaJsonString, javaJsonText, uidToHex } from '../../../schema';
import { javaFloatToString } from '../../../util/java-double';
import { HttpClient } from '../query/request';
import { sendAnswer } from '../query/send-answer';
import { tagsJson } from '../series-json';
import type { HttpCall } from '../types';

/** What was asked for, as the answer and the statistics repeat it; nulls are left out. */
export function lookupQueryJson(query: LookupQuery): string {
  return searchQueryJson('LOOKUP', query);
}

/** The same of a search of any type. */
export function searchQueryJson(
  type: string,
  { query, metric, tags, limit }: Pick<LookupQuery, 'query' | 'metric' | 'tags' | 'limit'>,
): string {
  const fields = [`"type":"${type}"`];
  if (query !== null) fields.push(`"query":${javaJsonString(query)}`);
  if (metric !== null) fields.push(`"metric":${javaJsonString(metric)}`);
  if (tags !== null) {
    const pairs = tags.map((tag) => (tag === null ? 'null' : `{"key":${javaJsonText(tag.key)},"value":${javaJsonText(tag.value)}}`));
    fields.push(`"tags":[${pairs.join(',')}]`);
  }
  fields.push(`"limit":${limit}`);
  return fields.join(',');
}

function seriesJson({ tsuid, metric, tags }: FoundSeries): string {
  return `{"tsuid":"${uidToHex(tsuid)}","metric":${javaJsonString(metric)},"tags":${tagsJson(tags)}}`;
}

/** The answer as the series come; what is known only at the end comes at the end. */
async function* answerJson(query: LookupQuery, found: LookupAnswer): AsyncGenerator<string> {
  const started = performance.now();
  let total = 0;
  let part = `{${lookupQueryJson(query)},"results":[`;
  for await (const batch of found.series()) {
    yield part + (total > 0 ? ',' : '') + batch.map(seriesJson).join(',');
    part = '';
    total += batch.length;
  }
  const time = javaFloatToString(Math.round(performance.now() - started));
  yield `${part}],"time":${time},"startIndex":${query.startIndex},"totalResults":${total}}`;
}

/** `/api/search/lookup`: which series there are. Mirrors SearchRpc.processLookup. */
export async function lookup(call: HttpCall, query: LookupQuery): Promise<void> {
  const found = call.tsd.queries.lookup(query, new HttpClient(call), call.signal);
  return sendAnswer(call, found, answerJson(query, found), 'strict');
}
