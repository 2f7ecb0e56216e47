import type { HttpCall } from '../types';
import { maskSetting } from '../../../util/secrets';
import { FILTER_DESCRIPTIONS } from './filter-descriptions';

/**
 * `/api/config`: every setting as a string, keys in order; what may be a secret is masked, by more rules than the original's. `/api/config/filters`: the tag value filters.
 * Mirrors RpcManager.ShowConfig.
 */
export function config(call: HttpCall): void {
  call.allowMethods('GET', 'POST');
  if (call.path[1]?.toLowerCase() === 'filters') return call.sendJson(200, JSON.stringify(FILTER_DESCRIPTIONS));
  const entries = [...call.tsd.config.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const members = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(maskSetting(key, value))}`);
  call.sendJson(200, `{${members.join(',')}}`);
}
