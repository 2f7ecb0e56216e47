import { AGGREGATOR_NAMES } from '../../../query/aggregate/registry';
import { sendLegacy } from '../legacy';
import type { HttpCall } from '../types';

/** `/api/aggregators` and `/aggregators`. Mirrors RpcManager.ListAggregators. */
export function aggregators(call: HttpCall): void {
  call.allowMethods('GET', 'POST');
  const json = JSON.stringify(AGGREGATOR_NAMES);
  if (call.apiVersion > 0) call.sendJson(200, json);
  else sendLegacy(call, json);
}
