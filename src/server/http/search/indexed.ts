import { tsMetaJson, uidMetaJson } from '../../../meta';
import { annotationJson, javaJsonString } from '../../../schema';
import { SearchSyntaxError, type SearchAnswer, type SearchQuery, type SearchResults, type SeriesSummary } from '../../../search';
import { ClientError } from '../../../util/errors';
import { javaFloatToString } from '../../../util/java-double';
import { bulkyParts } from '../bulky-parts';
import { tagsJson } from '../series-json';
import type { HttpCall } from '../types';
import { searchQueryJson } from './lookup';

/** A search that an index answers. Mirrors SearchRpc and HttpJsonSerializer.formatSearchResultsV1. */
export async function searchIndex(call: HttpCall, query: SearchQuery): Promise<void> {
  return call.sendJsonParts(200, answerJson(call, query.type, await answerOf(call, query)), 'strict');
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

async function* answerJson(call: HttpCall, type: string, { query, results, totalResults, time }: SearchAnswer): AsyncGenerator<string> {
  yield `{${searchQueryJson(type, query)},"time":${javaFloatToString(time)},"results":[`;
  yield* resultsJson(call, results);
  yield `],"startIndex":${query.startIndex},"totalResults":${totalResults}}`;
}

function resultsJson(call: HttpCall, results: SearchResults): AsyncIterable<string> | Iterable<string> {
  switch (results.type) {
    case 'TSMETA':
      return bulkyParts(call, results.batches, tsMetaJson);
    case 'TSMETA_SUMMARY':
      return bulkyParts(call, results.batches, summaryJson);
    case 'TSUIDS':
      return bulkyParts(call, results.batches, javaJsonString);
    case 'UIDMETA':
      return bulkyParts(call, results.batches, uidMetaJson);
    case 'ANNOTATION':
      return bulkyParts(call, results.batches, annotationJson);
    case 'PLUGIN':
      return [results.results.map((result) => JSON.stringify(result) ?? 'null').join(',')];
  }
}

function summaryJson({ tsuid, metric, tags }: SeriesSummary): string {
  return `{"tsuid":"${tsuid}","metric":${javaJsonString(metric)},"tags":${tagsJson(tags)}}`;
}
