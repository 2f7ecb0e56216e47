import { parseJsonQuery, parseUriQuery, removeDuplicates, type Query, type SubQuery } from '../../../query';
import type { HttpCall, HttpHandler } from '../types';
import { queryAnswerJson } from './answer-json';
import { onDemand } from '../on-demand';
import { lastHandler } from './last';
import { checkDelete, deletes, uriParams } from './request';
import { runQuery } from './run';

/** Sub-paths that are endpoints of their own; any other is ignored. */
const ENDPOINTS: ReadonlyMap<string, HttpHandler> = new Map<string, HttpHandler>([
  ['exp', onDemand(() => (require('./exp') as typeof import('./exp')).expHandler)],
  ['gexp', onDemand(() => (require('./gexp') as typeof import('./gexp')).gexpHandler)],
  ['last', lastHandler],
]);

function subQueriesOf(expressions: readonly string[], call: HttpCall): SubQuery[] {
  if (expressions.length === 0) return [];
  const { parseExpressions } = require('../../../query/expression/gexp') as typeof import('../../../query/expression/gexp');
  return [...parseExpressions(expressions, call.tsd.queries.settings.expressions).subQueries.values()];
}

/** Expressions beside `m` and `tsuid` only add what they ask for. */
function parse(call: HttpCall): Query {
  if (call.method === 'POST') return parseJsonQuery(call.bodyText(), call.tsd.settings.body.json, call.tsd.queries.settings.counts);
  const params = uriParams(call);
  const query = parseUriQuery(params, () => subQueriesOf(params.all('exp'), call));
  query.delete = deletes(call);
  return query;
}

/** `/api/query` and the endpoints below it. Mirrors QueryRpc.execute and handleQuery. */
export async function queryHandler(call: HttpCall): Promise<void> {
  const endpoint = ENDPOINTS.get(call.path[1]?.toLowerCase());
  if (endpoint) return await endpoint(call);
  call.allowMethods('GET', 'POST', 'DELETE');
  checkDelete(call);
  return runQuery(call, () => {
    const request = parse(call);
    removeDuplicates(request);
    const query = call.tsd.queries.validate(request);
    return {
      request,
      query,
      write: (found) => queryAnswerJson(request, query, found, () => found.results(), call.hasParam('arrays')),
      jsonp: 'lenient',
    };
  });
}
