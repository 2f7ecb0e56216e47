import { promisify } from 'node:util';
import zlib from 'node:zlib';

export type Encoding = 'gzip' | 'deflate';

const gzip = promisify(zlib.gzip);
const deflate = promisify(zlib.deflate);
/** Answers up to this many bytes are compressed at once: a trip to the thread pool would cost more. */
const AT_ONCE_BYTES = 16 * 1024;
const LEVEL = { level: 6 };

/** What Accept-Encoding asks for; null: leave the body as it is. Mirrors Netty's HttpContentCompressor, which takes `*` for gzip. */
export function chooseEncoding(accept: string | string[] | undefined): Encoding | null {
  if (accept === undefined || accept.length === 0) return null;
  let star = -1;
  let gzipQ = -1;
  let deflateQ = -1;
  for (const part of String(accept).split(',')) {
    const equals = part.indexOf('=');
    const given = equals < 0 ? 1 : Number(part.slice(equals + 1));
    const q = Number.isNaN(given) ? 0 : given;
    if (part.includes('*')) star = q;
    else if (part.includes('gzip')) gzipQ = Math.max(gzipQ, q);
    else if (part.includes('deflate')) deflateQ = Math.max(deflateQ, q);
  }
  if (gzipQ > 0 || deflateQ > 0) return gzipQ >= deflateQ ? 'gzip' : 'deflate';
  if (star > 0) return gzipQ === -1 ? 'gzip' : deflateQ === -1 ? 'deflate' : null;
  return null;
}

export function compress(body: Buffer, encoding: Encoding): Buffer | Promise<Buffer> {
  if (body.length <= AT_ONCE_BYTES) return encoding === 'gzip' ? zlib.gzipSync(body, LEVEL) : zlib.deflateSync(body, LEVEL);
  return encoding === 'gzip' ? gzip(body, LEVEL) : deflate(body, LEVEL);
}

/** A stream that does the same for a body sent in parts. */
export const compressor = (encoding: Encoding): zlib.Gzip | zlib.Deflate =>
  encoding === 'gzip' ? zlib.createGzip(LEVEL) : zlib.createDeflate(LEVEL);
