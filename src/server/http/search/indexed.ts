import { tsMetaJson, uidMetaJson } from '../../../meta';
import { annotationJson, javaJsonString } from '../../../schema';
import { SearchSyntaxError, type SearchAnswer, type SearchQuery, type SearchResults, type SeriesSummary } from '../../../search';
import { ClientError } from '../../../util/errors';
import { javaFloatToString } from '../../../util/java-double';
import { tagsJson } from '../series-json';
import type { HttpCall } from '../types';
import { searchQueryJson } from './lookup';

/** A search that an index answers. Mirrors SearchRpc and HttpJsonSerializer.formatSearchResultsV1. */
export async function searchIndex(call: HttpCall, query: SearchQuery): Promise<void> {
  return call.sendJsonParts(200, answerJson(query.type, await answerOf(call, query)), 'strict');
}

/** @throws ClientError */
async function answerOf(call: HttpCall, query: SearchQuery): Promise<SearchAnswer> {
  const { search } = call.tsd;
  if (search === null) throw new ClientError(400, 'Searching is not enabled', 'Searching has not been enabled on this TSD');
  try {
    return await search.execute(query, { signal: call.signal, account: (bytes) => call.memory.add(bytes) });
  } catch (error) {
    if (!(error instanceof SearchSyntaxError)) throw error;
    throw new ClientError(400, 'Unable to parse query', error.message, { cause: error });
  }
}

async function* answerJson(type: string, { query, results, totalResults, time }: SearchAnswer): AsyncGenerator<string> {
  let part = `{${searchQueryJson(type, query)},"time":${javaFloatToString(time)},"results":[`;
  let isFirst = true;
  for await (const batch of resultsJson(results)) {
    if (batch.length === 0) continue;
    yield part + (isFirst ? '' : ',') + batch.join(',');
    isFirst = false;
    part = '';
  }
  yield `${part}],"startIndex":${query.startIndex},"totalResults":${totalResults}}`;
}

function resultsJson(results: SearchResults): AsyncIterable<string[]> | string[][] {
  switch (results.type) {
    case 'TSMETA':
      return inJson(results.batches, tsMetaJson);
    case 'TSMETA_SUMMARY':
      return inJson(results.batches, summaryJson);
    case 'TSUIDS':
      return inJson(results.batches, javaJsonString);
    case 'UIDMETA':
      return inJson(results.batches, uidMetaJson);
    case 'ANNOTATION':
      return inJson(results.batches, annotationJson);
    case 'PLUGIN':
      return [results.results.map((result) => JSON.stringify(result) ?? 'null')];
  }
}

async function* inJson<T>(batches: AsyncIterable<readonly T[]>, toJson: (thing: T) => string): AsyncGenerator<string[]> {
  for await (const batch of batches) yield batch.map(toJson);
}

function summaryJson({ tsuid, metric, tags }: SeriesSummary): string {
  return `{"tsuid":"${tsuid}","metric":${javaJsonString(metric)},"tags":${tagsJson(tags)}}`;
}
