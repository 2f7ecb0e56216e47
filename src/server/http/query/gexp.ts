import { parseJsonQuery, parseUriQuery, type QueryResult } from '../../../query';
import { gexpResults, parseExpressions, placeSubQueries, planCalls, type ParsedGexp } from '../../../query/expression/gexp';
import { ClientError } from '../../../util/errors';
import type { HttpCall } from '../types';
import { queryAnswerJson } from './answer-json';
import { checkDelete, deletes, uriParams } from './request';
import { runQuery, type PreparedQuery } from './run';

/** `/api/query/gexp`: functions over the answers of metrics. Mirrors QueryRpc.handleQuery with expressions. */
export async function gexpHandler(call: HttpCall): Promise<void> {
  call.allowMethods('GET', 'POST', 'DELETE');
  checkDelete(call);
  return runQuery(call, () => prepare(call));
}

/** @throws ClientError */
function prepare(call: HttpCall): PreparedQuery {
  const { queries } = call.tsd;
  if (call.method === 'POST') {
    // What is wrong with the body is told first, as in the original.
    parseJsonQuery(call.bodyText(), call.tsd.settings.body.json, queries.settings.counts);
    throw new ClientError(400, 'Expressions are taken from the exp parameters of a GET request only');
  }
  const params = uriParams(call);
  let parsed: ParsedGexp = { calls: [], subQueries: new Map() };
  const request = parseUriQuery(params, () => {
    parsed = parseExpressions(params.all('exp'), queries.settings.expressions);
    return [...parsed.subQueries.values()];
  });
  request.delete = deletes(call);
  const places = placeSubQueries(parsed, request);
  const query = { ...queries.validate(request), wholeScan: true };
  return {
    request,
    query,
    write: (found) => {
      const results = (): AsyncGenerator<QueryResult> => gexpResults(found, () => planCalls(parsed, places), query);
      return queryAnswerJson(request, query, found, results, call.hasParam('arrays'));
    },
    jsonp: 'lenient',
  };
}
