import type { IncomingMessage } from 'node:http';
import zlib from 'node:zlib';
import type { BodySettings } from '../../config/settings';
import { ClientError } from '../../util/errors';

const EMPTY = Buffer.alloc(0);
/** The original's parser makes chunks of any body longer than this. */
const ORIGINAL_CHUNK_BYTES = 8192;
/** All bodies being read at once may hold this many times the largest allowed one. */
const BODIES_IN_MEMORY = 4;

const tooLarge = (limit: number): ClientError =>
  new ClientError(413, 'Request body too large', `The body of the request exceeds the limit of ${limit} bytes`);

/** `Transfer-Encoding: chunked`, a long body, or `Expect: 100-continue`: what the original counts as a chunked request. */
export function isChunked(req: IncomingMessage): boolean {
  if (req.headers['transfer-encoding'] !== undefined || req.headers.expect !== undefined) return true;
  const length = req.headers['content-length'];
  return length !== undefined && Number(length) > ORIGINAL_CHUNK_BYTES;
}

/** Reads request bodies within the limits, all of them together within a budget. */
export class BodyReader {
  private held = 0;

  constructor(readonly rules: BodySettings) {}

  /** The refusal that can be given before a byte of the body was read; null: read it. */
  refusal(req: IncomingMessage): ClientError | null {
    const chunked = isChunked(req);
    if (chunked && this.rules.refuseChunked) return new ClientError(400, 'Chunked request not supported.');
    const limit = this.limitFor(chunked);
    return Number(req.headers['content-length'] ?? 0) > limit ? tooLarge(limit) : null;
  }

  /** The decoded body. @throws ClientError 400 for a body that isn't what Content-Encoding says, 413, 503 */
  read(req: IncomingMessage): Buffer | Promise<Buffer> {
    const { headers } = req;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return EMPTY;
    if (headers['content-length'] === '0') return EMPTY;
    const raw = this.collect(req, this.limitFor(isChunked(req)));
    const encoding = headers['content-encoding'];
    return encoding === undefined ? raw : raw.then((bytes) => decode(bytes, encoding, this.rules.maxBody));
  }

  private limitFor(chunked: boolean): number {
    const { maxBody, maxChunk } = this.rules;
    return chunked && maxChunk !== null ? Math.min(maxChunk, maxBody) : maxBody;
  }

  private collect(req: IncomingMessage, limit: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      let size = 0;
      const settle = (done: () => void): void => {
        req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
        this.held -= size;
        done();
      };
      const fail = (error: Error): void =>
        settle(() => {
          req.resume(); // what is still on its way is thrown away, so that the client gets to read the answer
          reject(error);
        });
      const onData = (part: Buffer): void => {
        parts.push(part);
        size += part.length;
        this.held += part.length;
        if (size > limit) fail(tooLarge(limit));
        else if (this.held > this.rules.maxBody * BODIES_IN_MEMORY) {
          fail(new ClientError(503, 'Too many request bodies in memory', 'Please try again later'));
        }
      };
      const onEnd = (): void => settle(() => resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts, size)));
      const onGone = (): void => settle(() => reject(new ClientGoneError()));
      req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
    });
  }
}

/** The client went away in the middle of its request: there is nobody to answer. */
export class ClientGoneError extends Error {}

function decode(raw: Buffer, encoding: string, limit: number): Buffer | Promise<Buffer> {
  if (raw.length === 0) return raw;
  const name = encoding.trim().toLowerCase();
  const options = { maxOutputLength: limit };
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, body: Buffer): void => {
      if (error === null) resolve(body);
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(limit));
      else reject(new ClientError(400, `Unable to decode the ${name} encoded body`, error.message));
    };
    if (name === 'gzip' || name === 'x-gzip') zlib.gunzip(raw, options, done);
    else if (name === 'deflate' || name === 'x-deflate') {
      // zlib's own format begins with 0x78; without it the bytes are raw deflate
      if ((raw[0] & 0x0f) === 8) zlib.inflate(raw, options, done);
      else zlib.inflateRaw(raw, options, done);
    } else resolve(raw);
  });
}
