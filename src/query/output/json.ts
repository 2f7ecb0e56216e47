import { javaJsonString, type Annotation } from '../../schema';
import { javaDoubleToString } from '../../util/java-double';
import type { ValidQuery } from '../parse';
import type { Breather } from '../scan/breather';
import type { OutputPoints } from '../types';
import { annotationsJson } from './annotation-json';
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
/** Points between two looks at the size of a part. */
const STRIDE = 256;

/** The value's text at each index. NaN is a string, or `null` where the fill policy says so. */
function valueText(points: OutputPoints, nan: string): (i: number) => string {
  const { values, isInteger, allIntegers, integers } = points;
  const long = integers ? (i: number): string => String(integers[i]) : (i: number): string => String(values[i]);
  const double = (i: number): string => {
    const value = values[i];
    if (value !== value) return nan;
    return value === Infinity || value === -Infinity ? `"${value}"` : javaDoubleToString(value);
  };
  if (isInteger) return (i) => (isInteger[i] === 1 ? long(i) : double(i));
  return allIntegers ? long : double;
}

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
 * The answer of `/api/query`, in parts and to the byte as the original writes it. Mirrors HttpJsonSerializer.formatQueryAsyncV1.
 * @param results are taken one by one, each after the one before is written
 */
export async function* queryJsonParts(
  query: ValidQuery,
  results: AsyncIterable<QueryResult>,
  options: JsonOptions,
  breather: Breather,
): AsyncGenerator<string> {
  const { showStats, msResolution } = query.source;
  const [open, close, before, between] = options.arrays ? ['[', ']', '[', ','] : ['{', '}', '"', '":'];
  const after = options.arrays ? ']' : '';
  let part = '[';
  let first = true;
  for await (const result of results) {
    let started = performance.now();
    const { points, stats } = result;
    const { size, timestamps } = points;
    const text = valueText(points, result.subQuery.downsample?.fill === 'null' ? 'null' : '"NaN"');
    part += `${first ? '' : ','}${head(result, query, options.globalAnnotations)},"dps":${open}`;
    first = false;
    for (let from = 0; from < size; from += STRIDE) {
      const to = Math.min(from + STRIDE, size);
      for (let i = from; i < to; i++) {
        const time = msResolution ? timestamps[i] : Math.floor(timestamps[i] / 1000);
        part += `${i === 0 ? '' : ','}${before}${time}${between}${text(i)}${after}`;
      }
      if (part.length > PART) {
        stats.serializationMs += performance.now() - started;
        yield part;
        part = '';
        await breather.pause();
        started = performance.now();
      }
    }
    part += close;
    stats.serializationMs += performance.now() - started;
    part += showStats ? `,"stats":${seriesStatsJson(stats)}}` : '}';
    if (part.length > PART) {
      yield part;
      part = '';
    }
    await breather.pause();
  }
  if (options.summary) part += `${first ? '' : ','}{"statsSummary":${options.summary()}}`;
  yield `${part}]`;
}
