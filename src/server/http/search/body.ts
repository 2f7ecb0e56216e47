import {
  bean,
  enumeration,
  int,
  JsonError,
  jsonErrorText,
  list,
  primitiveFloat,
  readJson,
  string,
  boolean,
  type Bind,
} from '../../../json';
import type { LookupTag } from '../../../query';
import { ClientError } from '../../../util/errors';
import { nullPointer } from '../json-body';
import type { HttpCall } from '../types';

/** What a search asks for. Mirrors SearchQuery. */
export interface SearchRequest {
  query: string | null;
  metric: string | null;
  tags: (LookupTag | null)[] | null;
  limit: number;
  startIndex: number;
  useMeta: boolean;
}

/** What is asked for when nothing is said. */
export const newSearchRequest = (): SearchRequest => {
  return { query: null, metric: '*', tags: null, limit: 25, startIndex: 0, useMeta: true };
};

const TYPE = enumeration(
  'net.opentsdb.search.SearchQuery$SearchType',
  ['TSMETA', 'TSMETA_SUMMARY', 'TSUIDS', 'UIDMETA', 'ANNOTATION', 'LOOKUP'],
  ['TSUIDS', 'TSMETA', 'UIDMETA', 'LOOKUP', 'TSMETA_SUMMARY', 'ANNOTATION'],
);

const TAG = bean<{ key: string | null; value: string | null }>({
  type: 'net.opentsdb.utils.Pair',
  unknown: 'refused',
  create: () => ({ key: null, value: null }),
  setters: {
    value: (tag, json) => (tag.value = string(json)),
    key: (tag, json) => (tag.key = string(json)),
  },
});
const TAGS = list(TAG);
/** Answers are beans of the same class: what they say of results is read, and means nothing. */
const RESULTS = list((json) => json.skip());

const SEARCH_QUERY = bean<SearchRequest>({
  type: 'net.opentsdb.search.SearchQuery',
  unknown: 'ignored',
  create: newSearchRequest,
  setters: {
    type: (_search, json) => TYPE(json),
    query: (search, json) => (search.query = string(json)),
    metric: (search, json) => (search.metric = string(json)),
    tags: (search, json) => (search.tags = TAGS(json)),
    limit: (search, json) => (search.limit = int(json)),
    time: (_search, json) => primitiveFloat(json),
    results: (_search, json) => RESULTS(json),
    startIndex: (search, json) => (search.startIndex = int(json)),
    totalResults: (_search, json) => int(json),
    useMeta: (search, json) => (search.useMeta = boolean(json)),
  },
});

/** A text alone is a metric. */
const SEARCH: Bind<SearchRequest | null> = (json) => {
  return json.token === 'VALUE_STRING' ? { ...newSearchRequest(), metric: json.text() } : SEARCH_QUERY(json);
};

/** The body of a search. @throws ClientError 400 with the library's text; 413 for too much of it; 500 for null */
export function readSearchBody(call: HttpCall): SearchRequest {
  let request: SearchRequest | null;
  try {
    request = readJson(call.bodyText(), SEARCH, call.tsd.settings.body.json);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ClientError(400, jsonErrorText(error), null, { cause: error });
  }
  if (request === null) throw nullPointer();
  return request;
}
