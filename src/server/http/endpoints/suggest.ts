import { UID_KINDS } from '../../../uid';
import { Semaphore } from '../../../util/semaphore';
import { TimeSlice } from '../../../util/time-slice';
import { readStringMap } from '../json-body';
import { sendLegacy } from '../legacy';
import type { HttpCall } from '../types';
import { ClientError } from '../../../util/errors';
import { parseInt32 } from '../../../util/java-long';

const DEFAULT_MAX = 25;
/** Searches for more names than this are long: two of them run at once, the others wait. */
const FEW = 1000;
const longSearches = new Semaphore(2);
/** Names in one part of an answer. */
const NAMES_AT_ONCE = 1000;

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
  const { signal, memory } = call;
  const search = (): Promise<string[]> =>
    call.tsd.uids.suggest(kind, request.prefix, max, (bytes) => {
      signal.throwIfAborted();
      memory.add(bytes);
    });
  const names = max <= FEW ? await search() : await longSearches.run(signal, search);
  if (call.apiVersion > 0) return call.sendJsonParts(200, namesJson(names, signal));
  sendLegacy(call, JSON.stringify(names));
}

/** A list of strings in parts: it may have as many names as there are. */
async function* namesJson(names: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  const slice = new TimeSlice(signal);
  for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
    const part = JSON.stringify(names.slice(from, from + NAMES_AT_ONCE)).slice(1, -1);
    yield (from === 0 ? '[' : ',') + part;
    if (slice.isOver()) await slice.next();
  }
  yield names.length === 0 ? '[]' : ']';
}
