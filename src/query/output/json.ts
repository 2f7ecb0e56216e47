import { javaJsonString, type Annotation } from '../../schema';
import type { ValidQuery } from '../parse';
import type { Breather } from '../scan/breather';
import { annotationsJson } from './annotation-json';
import { POINTS_AT_ONCE, pointsText } from './points-text';
import { subQueryJson } from './query-json';
import { seriesStatsJson } from './query-stats';
import type { QueryResult } from './result';

export interface JsonOptions {
  /** `dps` as an array of pairs instead of an object. */
  readonly arrays: boolean;
  readonly globalAnnotations: readonly Annotation[];
  /** The last element of the answer, made when everything before it is written; null: none. */
  readonly summary: (() => string) | null;
}

/** Characters that one part should have, about. */
const PART = 32 * 1024;
/** Characters of the longest answer that is handed over as one string. */
const WHOLE = 64 * 1024;

/** The fields before `dps`. */
function head(result: QueryResult, { source, startMs, endMs }: ValidQuery, globals: readonly Annotation[]): string {
  const tags = [...result.tags].map(([k, v]) => `${javaJsonString(k)}:${javaJsonString(v)}`);
  let out = `{"metric":${javaJsonString(result.metric)},"tags":{${tags.join(',')}}`;
  out += `,"aggregateTags":[${result.aggregateTags.map(javaJsonString).join(',')}]`;
  if (source.showQuery) out += `,"query":${subQueryJson(result.subQuery.source, result.filterTagks)}`;
  if (source.showTsuids) {
    const tsuids = result.tsuids();
    out += tsuids.length === 0 ? ',"tsuids":[]' : `,"tsuids":["${tsuids.join('","')}"]`;
  }
  if (!source.noAnnotations) {
    if (result.annotations.length > 0) out += `,"annotations":${annotationsJson(result.annotations, startMs, endMs)}`;
    if (source.globalAnnotations && globals.length > 0) out += `,"globalAnnotations":${annotationsJson(globals, startMs, endMs)}`;
  }
  return out;
}

/**
 * The answer of `/api/query`, to the byte as the original writes it. Mirrors HttpJsonSerializer.formatQueryAsyncV1.
 * @param results are taken one by one, each after the one before is written; null: here others may have a turn
 * @returns all of it, when it is short and made without a pause; else its parts, as they are made
 */
export function queryAnswerJson(
  query: ValidQuery,
  results: Iterable<QueryResult | null>,
  options: JsonOptions,
  breather: Breather,
): string | AsyncGenerator<string> {
  const parts = jsonParts(query, results, options);
  let begun = '';
  for (;;) {
    const { done, value } = parts.next();
    if (done) return begun + value;
    begun += value;
    if (begun.length > WHOLE || breather.due()) return withPauses(begun, parts, breather);
  }
}

async function* withPauses(begun: string, parts: Generator<string, string>, breather: Breather): AsyncGenerator<string> {
  let part = begun;
  for (;;) {
    if (part.length > PART) {
      yield part;
      part = '';
    }
    if (breather.due()) await breather.rest();
    const { done, value } = parts.next();
    part += value;
    if (done) break;
  }
  yield part;
}

/** Empty parts are where others may have a turn. */
function* jsonParts(query: ValidQuery, results: Iterable<QueryResult | null>, options: JsonOptions): Generator<string, string> {
  const { showStats, msResolution } = query.source;
  const { arrays } = options;
  let part = '[';
  let first = true;
  for (const result of results) {
    if (result === null) {
      yield '';
      continue;
    }
    let started = performance.now();
    const { points, stats } = result;
    const { size } = points;
    const style = { arrays, msResolution, nan: result.subQuery.downsample?.fill === 'null' ? 'null' : '"NaN"' };
    part += `${first ? '' : ','}${head(result, query, options.globalAnnotations)},"dps":${arrays ? '[' : '{'}`;
    first = false;
    for (let from = 0; from < size; from += POINTS_AT_ONCE) {
      if (from > 0) part += ',';
      part += pointsText(points, from, Math.min(from + POINTS_AT_ONCE, size), style);
      if (part.length > PART) {
        stats.serializationMs += performance.now() - started;
        yield part;
        part = '';
        started = performance.now();
      }
    }
    part += arrays ? ']' : '}';
    stats.serializationMs += performance.now() - started;
    part += showStats ? `,"stats":${seriesStatsJson(stats)}}` : '}';
    yield part;
    part = '';
  }
  if (options.summary) part += `${first ? '' : ','}{"statsSummary":${options.summary()}}`;
  return `${part}]`;
}
