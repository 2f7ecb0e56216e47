import { parseLookup } from '../../../query';
import { SEARCH_TYPES, type SearchType } from '../../../search';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { parseInt32 } from '../../../util/java-long';
import type { HttpCall, HttpHandler } from '../types';
import { newSearchRequest, readSearchBody, type SearchRequest } from './body';
import { lookup } from './lookup';
import { searchIndex } from './indexed';

/** The types that an index of metadata answers, beside `lookup`. */
const INDEXED: ReadonlyMap<string, SearchType> = new Map(SEARCH_TYPES.map((type) => [type.toLowerCase(), type]));

/** `/api/search/TYPE`: series by the tables' keys, and metadata by a search plugin. Mirrors SearchRpc. */
export const search: HttpHandler = async (call) => {
  const method = call.effectiveMethod();
  if (method !== 'GET' && method !== 'POST') throw new ClientError(400, `Unsupported method: ${method}`);
  const type = typeOf(call.path[1] ?? '');
  if (type === 'lookup') return lookup(call, call.body.length > 0 ? readSearchBody(call) : lookupOfUri(call));
  return searchIndex(call, { type, ...(call.body.length > 0 ? readSearchBody(call) : indexedOfUri(call)) });
};

/** @throws ClientError 400 */
function typeOf(text: string): SearchType | 'lookup' {
  const refused = (details: string): ClientError => new ClientError(400, 'Invalid search query type supplied', details);
  if (text === '') throw refused('Type provided was null or empty');
  const name = text.toLowerCase();
  const type = name === 'lookup' ? name : INDEXED.get(name);
  if (type === undefined) throw refused(`Unknown type: ${text}`);
  return type;
}

/** A lookup by URI always reads the meta table. @throws ClientError 400 */
function lookupOfUri(call: HttpCall): SearchRequest {
  const text = call.requiredParam('m');
  try {
    return { ...newSearchRequest(), ...parseLookup(text), limit: numberParam(call, 'limit', 25) };
  } catch (e) {
    if (!(e instanceof IllegalArgumentError)) throw e;
    throw new ClientError(400, 'Unable to parse query', e.message, { cause: e });
  }
}

/** @throws ClientError 400 */
function indexedOfUri(call: HttpCall): SearchRequest {
  return {
    ...newSearchRequest(),
    query: call.requiredParam('query'),
    limit: numberParam(call, 'limit', 25),
    startIndex: numberParam(call, 'start_index', 0),
    useMeta: !call.hasParam('use_meta') || call.param('use_meta')?.toLowerCase() === 'true',
  };
}

/** @throws ClientError 400 */
function numberParam(call: HttpCall, name: string, otherwise: number): number {
  if (!call.hasParam(name)) return otherwise;
  const number = parseInt32(call.param(name) ?? '');
  if (number === null) throw new ClientError(400, `Unable to convert '${name}' to a valid number`);
  return number;
}
