import { DROP_CACHES } from '../../sibling-topics';
import { sendLegacy } from '../legacy';
import type { HttpCall } from '../types';

/** `/api/dropcaches` and `/dropcaches`: forgets all UIDs in memory. Mirrors DropCachesRpc. */
export async function dropCaches(call: HttpCall): Promise<void> {
  call.allowMethods('GET', 'DELETE');
  call.tsd.logs.get('net.opentsdb.tsd.DropCachesRpc').info('Dropping all in-memory caches.');
  call.tsd.uids.dropCaches();
  await call.tsd.siblings.ask(DROP_CACHES, null);
  const json = '{"message":"Caches dropped","status":"200"}';
  if (call.apiVersion > 0) call.sendJson(200, json);
  else sendLegacy(call, json);
}
