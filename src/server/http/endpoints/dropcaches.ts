import { sendLegacy } from '../legacy';
import type { HttpCall } from '../types';

/** `/api/dropcaches` and `/dropcaches`: forgets all UIDs in memory. Mirrors DropCachesRpc. */
export function dropCaches(call: HttpCall): void {
  call.allowMethods('GET', 'DELETE');
  call.tsd.logs.get('net.opentsdb.tsd.DropCachesRpc').info('Dropping all in-memory caches.');
  call.tsd.uids.dropCaches();
  const json = '{"message":"Caches dropped","status":"200"}';
  if (call.apiVersion > 0) call.sendJson(200, json);
  else sendLegacy(call, json);
}
