import type { Query, QueryAnswer, QueryResult, ValidQuery } from '../../../query';
import { javaJsonString, type Annotation } from '../../../schema';
import { TimeSlice } from '../../../util/time-slice';
import { annotationsJson } from '../annotation-json';
import { computed } from './computed';
import { POINTS_AT_ONCE, pointsText } from './points-text';
import { subQueryJson } from './request-json';
import { runStatsJson, seriesStatsJson } from './stats-json';

/** Characters that one part should have, about. */
const PART = 32 * 1024;

/** The fields before `dps`. */
function head(result: QueryResult, request: Query, { startMs, endMs }: ValidQuery, globals: readonly Annotation[]): string {
  const tags = [...result.tags].map(([k, v]) => `${javaJsonString(k)}:${javaJsonString(v)}`);
  let out = `{"metric":${javaJsonString(result.metric)},"tags":{${tags.join(',')}}`;
  out += `,"aggregateTags":[${result.aggregateTags.map(javaJsonString).join(',')}]`;
  const sub = request.showQuery ? request.queries?.[result.subQuery.index] : null;
  if (sub) out += `,"query":${subQueryJson(sub, result.filterTagks, result.table)}`;
  if (request.showTsuids) {
    const tsuids = result.tsuids();
    out += tsuids.length === 0 ? ',"tsuids":[]' : `,"tsuids":["${tsuids.join('","')}"]`;
  }
  if (!request.noAnnotations) {
    if (result.annotations.length > 0 || result.showsEmptyAnnotations)
      out += `,"annotations":${annotationsJson(result.annotations, startMs, endMs)}`;
    if (globals.length > 0) out += `,"globalAnnotations":${annotationsJson(globals, startMs, endMs)}`;
  }
  return out;
}

/**
 * The answer of `/api/query`, to the byte as the original writes it, in parts as they are made. Mirrors
 * HttpJsonSerializer.formatQueryAsyncV1.
 * @param request what `query` was made from
 * @param results what is shown of `found`
 * @param arrays `dps` as an array of pairs instead of an object
 * @throws ClientError while iterating
 */
export async function* queryAnswerJson(
  request: Query,
  query: ValidQuery,
  found: QueryAnswer,
  results: () => AsyncIterable<QueryResult>,
  arrays: boolean,
): AsyncGenerator<string> {
  const { showStats, msResolution } = request;
  const all = await computed(found, results);
  const slice = new TimeSlice(found.signal);
  let part = '[';
  let first = true;
  for (const result of all) {
    let started = performance.now();
    const { stats } = result;
    let before = '';
    const style = { arrays, msResolution, nan: result.fill === 'null' ? 'null' : '"NaN"' };
    part += `${first ? '' : ','}${head(result, request, query, found.globalAnnotations)},"dps":${arrays ? '[' : '{'}`;
    first = false;
    for (const points of result.parts?.() ?? [result.points]) {
      const size = points?.size ?? 0;
      for (let from = 0; points !== null && from < size; from += POINTS_AT_ONCE) {
        part += before + pointsText(points, from, Math.min(from + POINTS_AT_ONCE, size), style);
        before = ',';
        if (part.length <= PART) continue;
        stats.serializationMs += performance.now() - started;
        yield part;
        part = '';
        if (slice.isOver()) await slice.next();
        started = performance.now();
      }
      if (slice.isOver()) await slice.next();
    }
    part += arrays ? ']' : '}';
    stats.serializationMs += performance.now() - started;
    part += showStats ? `,"stats":${seriesStatsJson(stats)}}` : '}';
    if (slice.isOver()) await slice.next();
    if (part.length <= PART) continue;
    yield part;
    part = '';
  }
  // Made last: by now everything that it counts is written.
  if (request.showSummary) part += `${first ? '' : ','}{"statsSummary":${runStatsJson(found.stats, true)}}`;
  yield `${part}]`;
}
