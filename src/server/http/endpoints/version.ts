import { buildData, versionLines } from '../../../util/build-data';
import { sendLegacy } from '../legacy';
import type { HttpCall } from '../types';

/** `/api/version` and `/version`: what was built. The legacy form is text unless the URI ends with `json`. Mirrors RpcManager.Version. */
export function version(call: HttpCall): void {
  call.allowMethods('GET', 'POST');
  const data = buildData();
  const ordered = {
    short_revision: data.short_revision,
    repo: data.repo,
    host: data.host,
    version: data.version,
    full_revision: data.full_revision,
    repo_status: data.repo_status,
    user: data.user,
    branch: data.branch,
    timestamp: data.timestamp,
  };
  if (call.apiVersion > 0) call.sendJson(200, JSON.stringify(ordered));
  else sendLegacy(call, call.uri.endsWith('json') ? JSON.stringify(ordered) : versionLines(data));
}
