import { parseExpRequest, planExp, validateExp } from '../../../query/expression/exp';
import { ClientError } from '../../../util/errors';
import type { HttpCall } from '../types';
import { expAnswerJson } from './exp-json';
import { checkDelete } from './request';
import { runQuery, type PreparedQuery } from './run';

/** `/api/query/exp`: arithmetic over the answers of metrics. Mirrors QueryRpc.handleExpressionQuery. */
export async function expHandler(call: HttpCall): Promise<void> {
  call.allowMethods('GET', 'POST', 'DELETE');
  return runQuery(call, () => prepare(call));
}

/** @throws ClientError */
function prepare(call: HttpCall): PreparedQuery {
  const { queries } = call.tsd;
  const { expressions, timeZone } = queries.settings;
  // Nothing is deleted by way of expressions; the key guards the method all the same.
  checkDelete(call);
  const valid = validateExp(parseExpRequest(call.bodyText()), expressions, timeZone, Date.now());
  const plan = planExp(valid);
  const query = { ...asServerError(() => queries.validate(plan.query)), wholeScan: true };
  return { request: plan.query, query, write: (found) => expAnswerJson(valid, plan, query, found), jsonp: 'off' };
}

/** What is wrong with a query is an error of the server here, as all that is wrong with a request. */
function asServerError<T>(check: () => T): T {
  try {
    return check();
  } catch (e) {
    if (!(e instanceof ClientError) || e.status !== 400) throw e;
    throw new ClientError(500, e.message, null, { cause: e });
  }
}
