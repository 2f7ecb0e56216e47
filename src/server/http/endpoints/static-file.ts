import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { readRegularFile } from '../../../util/regular-file';
import { errorJson } from '../error-body';
import { typeOfUri } from '../legacy';
import type { HttpCall } from '../types';
import { ClientError } from '../../../util/errors';

const ONE_YEAR_SECONDS = 31536000;
/** Files are answered from memory; nothing that belongs under the static root is longer. */
const MAX_BYTES = 64 << 20;

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

/** The file's real path, if it is below the root: not through `..`, a backslash, a NUL byte or a symbolic link. */
async function within(root: string, name: string): Promise<string | null> {
  if (/[\\\0]/.test(name) || name.split('/').includes('..')) return null;
  try {
    const [realRoot, path] = await Promise.all([realpath(root), realpath(join(root, name))]);
    return path.startsWith(realRoot + sep) ? path : null;
  } catch {
    return null;
  }
}

async function sendFile(call: HttpCall, name: string, maxAge: number): Promise<void> {
  const root = call.tsd.settings.staticRoot;
  const path = root === '' ? null : await within(root, name);
  const found = path === null ? null : await readRegularFile(path, { mostBytes: MAX_BYTES });
  if (found === null) {
    call.tsd.logs.get('net.opentsdb.tsd.HttpQuery').warn(`File not found: ${name.slice(0, 200)}`);
    call.sendText(404, typeOfUri(call.uri) ?? 'application/json', errorJson(404, 'Page not found'));
    return;
  }
  call.sendFile(typeOfUri(name) ?? 'text/plain', found.bytes, Math.max(0, Math.floor((Date.now() - found.modified) / 1000)), maxAge);
}
