import { parseLookup } from '../../../query';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { parseInt32 } from '../../../util/java-long';
import type { HttpCall, HttpHandler } from '../types';
import { newSearchRequest, readSearchBody, type SearchRequest } from './body';
import { lookup } from './lookup';

/** The types that an index of metadata answers, beside `lookup`. */
const INDEXED: ReadonlySet<string> = new Set(['tsmeta', 'tsmeta_summary', 'tsuids', 'uidmeta', 'annotation']);

/** `/api/search/TYPE`: series by the tables' keys, and metadata by a search plugin. Mirrors SearchRpc. */
export const search: HttpHandler = async (call) => {
  const method = call.effectiveMethod();
  if (method !== 'GET' && method !== 'POST') throw new ClientError(400, `Unsupported method: ${method}`);
  const type = typeOf(call.path[1] ?? '');
  const request = call.body.length > 0 ? readSearchBody(call) : type === 'lookup' ? lookupOfUri(call) : indexedOfUri(call);
  if (type === 'lookup') return lookup(call, request);
  throw new ClientError(400, 'Searching is not enabled', 'Searching has not been enabled on this TSD');
};

/** @throws ClientError 400 */
function typeOf(text: string): string {
  const refused = (details: string): ClientError => new ClientError(400, 'Invalid search query type supplied', details);
  if (text === '') throw refused('Type provided was null or empty');
  const type = text.toLowerCase();
  if (type !== 'lookup' && !INDEXED.has(type)) throw refused(`Unknown type: ${text}`);
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
  };
}

/** @throws ClientError 400 */
function numberParam(call: HttpCall, name: string, otherwise: number): number {
  if (!call.hasParam(name)) return otherwise;
  const number = parseInt32(call.param(name) ?? '');
  if (number === null) throw new ClientError(400, `Unable to convert '${name}' to a valid number`);
  return number;
}
