import { ClientError } from '../../../util/errors';
import { errorJson } from '../error-body';
import { typeOfUri } from '../legacy';
import { findStaticFile, PAGE_FILES } from '../static-files';
import type { HttpCall } from '../types';

const ONE_YEAR_SECONDS = 31536000;

/** `/favicon.ico`, when the URI is exactly that. */
export function favicon(call: HttpCall): Promise<void> {
  if (call.uri === '/favicon.ico') return sendFile(call, 'favicon.ico', ONE_YEAR_SECONDS);
  return staticFile(call);
}

/** `/s/<path>`: a file below `tsd.http.staticroot`. The path is not percent-decoded, as in the original. Mirrors StaticFileRpc. */
export async function staticFile(call: HttpCall): Promise<void> {
  const { uri } = call;
  if (uri.length < 3) throw new ClientError(400, `URI too short <code>${uri}</code>`);
  if (uri.indexOf('..', 3) > 0) throw new ClientError(400, `Malformed URI <code>${uri}</code>`);
  const question = uri.indexOf('?', 3);
  await sendFile(call, uri.slice(3, question > 0 ? question : undefined), uri.includes('nocache') ? 0 : ONE_YEAR_SECONDS);
}

async function sendFile(call: HttpCall, name: string, maxAge: number): Promise<void> {
  const found = await findStaticFile(call.tsd.settings, name);
  if (found === null) {
    call.tsd.logs.get('net.opentsdb.tsd.HttpQuery').warn(`File not found: ${name.slice(0, 200)}`);
    call.sendText(404, typeOfUri(call.uri) ?? 'application/json', errorJson(404, 'Page not found'));
    return;
  }
  const type = typeOfUri(name) ?? 'text/plain';
  if (name.startsWith(PAGE_FILES)) call.sendPageFile(type, found.bytes, `max-age=${maxAge}`, null);
  else call.sendFile(type, found.bytes, Math.max(0, Math.floor((Date.now() - found.modified) / 1000)), maxAge);
}
