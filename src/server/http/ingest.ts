import { IngestRequest, type IngestCommand } from '../../ingest';
import { ClientError, IllegalArgumentError } from '../../util/errors';
import { parseTag } from '../../write';
import { answerIngest } from './ingest-answer';
import type { HttpCall, HttpHandler } from './types';

/** Java's largest int. */
const MOST_TIMEOUT_MS = 0x7fff_ffff;

/** `POST /api/put`, `/api/rollup` or `/api/histogram`. Mirrors PutDataPointRpc and its siblings with HttpJsonSerializer. */
export function ingestHandler(command: IngestCommand): HttpHandler {
  return async (call) => {
    const { ingest } = call.tsd;
    ingest.counters.requests++;
    command.checkConfigured();
    call.allowMethods('POST');
    checkHeaderTag(call);
    const batch = await command.readBody(inUtf8(call), call.tsd.settings.body.maxPoints);
    if (batch.size === 0) throw new ClientError(400, 'No datapoints found in content');
    const timeoutMs = syncTimeout(call);
    const form = { summary: call.hasParam('summary'), details: call.hasParam('details') };
    const request = new IngestRequest(ingest, batch, { sync: call.hasParam('sync'), details: form.details, timeoutMs });
    try {
      await answerIngest(call, form, await request.run(), (index) => batch.toJson(index));
    } finally {
      request.end();
    }
  };
}

/** @throws ClientError for `sync_timeout` that is no number */
function syncTimeout(call: HttpCall): number {
  const text = call.param('sync_timeout');
  if (text === null) return 0;
  if (!/^[-+]?\d+$/.test(text) || Math.abs(Number(text)) > MOST_TIMEOUT_MS) throw new ClientError(400, `For input string: "${text}"`);
  return Number(text);
}

/** The header that `tsd.http.header_tag` names has to be a tag; that is all that comes of it. */
function checkHeaderTag(call: HttpCall): void {
  const { headerTag } = call.tsd.settings;
  const value = headerTag === null ? undefined : call.req.headers[headerTag.toLowerCase()];
  if (typeof value !== 'string') return;
  try {
    parseTag(new Map(), value);
  } catch (error) {
    if (error instanceof IllegalArgumentError) throw new ClientError(400, error.message, null, { cause: error });
    throw error;
  }
}

/** The body's bytes, turned into UTF-8 where the client says that they are something else. */
function inUtf8(call: HttpCall): Buffer {
  const charset = /charset=(.*)$/i.exec(call.req.headers['content-type'] ?? '');
  return charset === null || /^\s*utf-?8\s*$/i.test(charset[1]) ? call.body : Buffer.from(call.bodyText(), 'utf8');
}
