import { parseExpressions, parseJsonQuery, parseUriQuery, removeDuplicates, type Query } from '../../../query';
import type { HttpCall } from '../types';
import { queryAnswerJson } from './answer-json';
import { expHandler } from './exp';
import { gexpHandler } from './gexp';
import { lastHandler } from './last';
import { deletes, uriParams } from './request';
import { runQuery } from './run';

/** Sub-paths that are endpoints of their own; any other is ignored. */
const ENDPOINTS: ReadonlyMap<string, (call: HttpCall) => Promise<void>> = new Map([
  ['exp', expHandler],
  ['gexp', gexpHandler],
  ['last', lastHandler],
]);

/** Expressions beside `m` and `tsuid` only add what they ask for. */
function parse(call: HttpCall): Query {
  if (call.method === 'POST') return parseJsonQuery(call.bodyText(), call.tsd.settings.body.json, call.tsd.queries.settings.counts);
  const params = uriParams(call);
  const query = parseUriQuery(params, () => [
    ...parseExpressions(params.all('exp'), call.tsd.queries.settings.expressions).subQueries.values(),
  ]);
  query.delete = deletes(call);
  return query;
}

/** `/api/query` and the endpoints below it. Mirrors QueryRpc.execute and handleQuery. */
export async function queryHandler(call: HttpCall): Promise<void> {
  const endpoint = ENDPOINTS.get(call.path[1]?.toLowerCase());
  if (endpoint) return endpoint(call);
  call.allowMethods('GET', 'POST', 'DELETE');
  return runQuery(call, () => {
    const request = parse(call);
    removeDuplicates(request);
    const query = call.tsd.queries.validate(request);
    return {
      request,
      query,
      write: (found) => queryAnswerJson(request, query, found, found.results(), call.hasParam('arrays')),
      jsonp: 'lenient',
    };
  });
}
