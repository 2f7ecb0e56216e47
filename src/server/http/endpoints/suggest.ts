import { UID_KINDS } from '../../../uid';
import { readStringMap } from '../json-body';
import { sendLegacy } from '../legacy';
import type { HttpCall } from '../types';
import { ClientError } from '../../../util/errors';
import { parseInt32 } from '../../../util/java-long';

const DEFAULT_MAX = 25;

interface SuggestRequest {
  type: string;
  prefix: string;
  max: string;
}

function readBody(call: HttpCall): SuggestRequest {
  const body = readStringMap(call);
  const type = body.get('type') ?? '';
  if (type === '') throw new ClientError(400, "Missing 'type' parameter");
  return { type, prefix: body.get('q') ?? '', max: body.get('max') ?? '' };
}

function parseMax(text: string): number {
  if (text === '') return DEFAULT_MAX;
  const max = parseInt32(text);
  if (max === null) throw new ClientError(400, "Unable to parse 'max' as a number");
  return max > 0 ? max : DEFAULT_MAX;
}

/** `/api/suggest` and `/suggest`: names that begin with `q`. Mirrors SuggestRpc. */
export async function suggest(call: HttpCall): Promise<void> {
  call.allowMethods('GET', 'POST');
  const request =
    call.apiVersion > 0 && call.method === 'POST'
      ? readBody(call)
      : { type: call.requiredParam('type'), prefix: call.param('q') ?? '', max: call.param('max') ?? '' };
  const max = parseMax(request.max);
  const kind = UID_KINDS.find((name) => name === request.type);
  if (kind === undefined) throw new ClientError(400, `Invalid 'type' parameter:${request.type}`);
  const json = JSON.stringify(await call.tsd.uids.suggest(kind, request.prefix, max));
  if (call.apiVersion > 0) call.sendJson(200, json);
  else sendLegacy(call, json);
}
