import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import zlib from 'node:zlib';
import type { BodySettings } from '../../config/settings';
import { ClientError } from '../../util/errors';
import { messageOf } from '../../util/message-of';
import type { RequestMemory } from '../memory';
import { BodyBuffer } from './body-buffer';

const EMPTY = Buffer.alloc(0);
/** The original's parser makes chunks of any body longer than this. */
const ORIGINAL_CHUNK_BYTES = 8192;
/** Longer bodies wait until there is room for all that they may become. */
const SMALL_BYTES = 64 * 1024;
/** One whose length nobody knows is first taken to be no longer than this. */
const FIRST_GUESS = 1_400_000;
/** What a body is parsed to takes so many times its bytes, itself included. */
const PARSED = 3;
/** Bytes that are decoded at once. */
const DECODED_CHUNK = 64 * 1024;
/** A body that others wait for has to come by at least so many bytes in this time. */
const PACE_MS = 2_000;
const PACE_BYTES = 128 * 1024;

const tooSlow = (): ClientError => new ClientError(408, 'Request body too slow', 'Others wait for the memory that is kept for it');

const tooLarge = (limit: number): ClientError =>
  new ClientError(413, 'Request body too large', `The body of the request exceeds the limit of ${limit} bytes`);

/** `Transfer-Encoding: chunked`, a long body, or `Expect: 100-continue`: what the original counts as a chunked request. */
function isChunked(req: IncomingMessage): boolean {
  if (req.headers['transfer-encoding'] !== undefined || req.headers.expect !== undefined) return true;
  const length = req.headers['content-length'];
  return length !== undefined && Number(length) > ORIGINAL_CHUNK_BYTES;
}

/** The client went away in the middle of its request: there is nobody to answer. */
export class ClientGoneError extends Error {}

/** Reads request bodies within the limits and the memory that there is for requests. */
export class BodyReader {
  constructor(private readonly rules: BodySettings) {}

  /** The refusal that can be given before a byte of the body was read; null: read it. */
  refusal(req: IncomingMessage): ClientError | null {
    const chunked = isChunked(req);
    if (chunked && this.rules.refuseChunked) return new ClientError(400, 'Chunked request not supported.');
    const limit = this.sentLimit(chunked);
    return Number(req.headers['content-length'] ?? 0) > limit ? tooLarge(limit) : null;
  }

  /**
   * The decoded body.
   * @param points the body is one of points: other bodies may be less long
   * @throws ClientError 400 for a body that isn't what Content-Encoding says, 413, 503; ClientGoneError
   */
  read(req: IncomingMessage, memory: RequestMemory, points: boolean): Buffer | Promise<Buffer> {
    const { headers } = req;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return EMPTY;
    if (headers['content-length'] === '0') return EMPTY;
    const most = points ? this.rules.maxBody : Math.min(this.rules.maxBody, this.rules.maxOtherBody);
    const decoder = decoderOf(headers['content-encoding']);
    const length = headers['content-length'] === undefined ? null : Number(headers['content-length']);
    const sent = Math.min(this.sentLimit(isChunked(req)), decoder === null ? most : Infinity);
    return new BodyRead(req, memory, { length, sent, decoded: most, decoder }).run();
  }

  private sentLimit(chunked: boolean): number {
    const { maxBody, maxChunk } = this.rules;
    return chunked && maxChunk !== null ? Math.min(maxChunk, maxBody) : maxBody;
  }
}

type Decoder = 'gzip' | 'deflate';

/** Other encodings are left as they are, as the original does. */
function decoderOf(encoding: string | undefined): Decoder | null {
  const name = encoding?.trim().toLowerCase();
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  return name === 'deflate' || name === 'x-deflate' ? 'deflate' : null;
}

function streamOf(decoder: Decoder, firstByte: number): Transform {
  const options = { chunkSize: DECODED_CHUNK };
  if (decoder === 'gzip') return zlib.createGunzip(options);
  // zlib's own format begins with 0x78; without it the bytes are raw deflate
  return (firstByte & 0x0f) === 8 ? zlib.createInflate(options) : zlib.createInflateRaw(options);
}

interface BodyPlan {
  /** Content-Length; null: chunked. */
  readonly length: number | null;
  /** Most bytes as sent, and after decoding. */
  readonly sent: number;
  readonly decoded: number;
  readonly decoder: Decoder | null;
}

/** One body on its way from the socket to a buffer. It is not read faster than it is decoded, nor while it waits for memory. */
class BodyRead {
  private readonly buffer: BodyBuffer;
  private decoding: Transform | null = null;
  private received = 0;
  private pace: NodeJS.Timeout | null = null;
  private receivedBefore = 0;
  /** So long a body there is room for. */
  private room = SMALL_BYTES;
  private settled = false;
  private resolve: (body: Buffer) => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(
    private readonly req: IncomingMessage,
    private readonly memory: RequestMemory,
    private readonly plan: BodyPlan,
  ) {
    const { decoder, length } = plan;
    this.buffer = new BodyBuffer(decoder === null && length !== null && length <= SMALL_BYTES ? length : null);
  }

  run(): Promise<Buffer> {
    const { length, sent } = this.plan;
    if (length !== null && length > sent) {
      this.req.resume();
      return Promise.reject(tooLarge(sent));
    }
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.req.on('end', this.onEnd).on('error', this.onGone).on('close', this.onGone);
      this.req.on('data', this.onData);
    });
  }

  private readonly onData = (part: Buffer): void => {
    this.received += part.length;
    if (this.received > this.plan.sent) return this.fail(tooLarge(this.plan.sent));
    if (this.plan.decoder === null) return this.keep(part, this.req);
    this.decoding ??= this.startDecoding(this.plan.decoder, part[0]);
    if (this.decoding.write(part)) return;
    this.req.pause();
    this.decoding.once('drain', () => this.req.resume());
  };

  private readonly onEnd = (): void => {
    if (this.decoding === null) this.done();
    else this.decoding.end();
  };

  private readonly onGone = (): void => {
    // Of a request that has come as a whole only its decoding may still be under way.
    if (!this.req.complete || this.req.socket.destroyed) this.fail(new ClientGoneError());
  };

  private startDecoding(decoder: Decoder, firstByte: number): Transform {
    const stream = streamOf(decoder, firstByte);
    stream.on('data', (part: Buffer) => this.keep(part, stream));
    stream.on('end', () => this.done());
    stream.on('error', (error) => this.fail(new ClientError(400, `Unable to decode the ${this.encoding} encoded body`, messageOf(error))));
    return stream;
  }

  private get encoding(): string {
    return this.req.headers['content-encoding']?.trim().toLowerCase() ?? '';
  }

  /** @param from what the part came from; it is stopped while there is no memory for more */
  private keep(part: Buffer, from: Readable): void {
    if (this.settled) return;
    const { buffer } = this;
    if (buffer.size + part.length > this.plan.decoded) return this.fail(tooLarge(this.plan.decoded));
    try {
      if (this.room === SMALL_BYTES) this.memory.add(part.length);
    } catch (error) {
      return this.fail(error as Error);
    }
    buffer.add(part);
    if (buffer.size <= this.room) return;
    from.pause();
    this.waitFor(this.nextRoom(), () => from.resume());
  }

  /** How long a body there is to be room for, when it has become longer than there is. */
  private nextRoom(): number {
    const { length, decoder, decoded } = this.plan;
    if (decoder === null && length !== null) return length;
    return this.room === SMALL_BYTES ? Math.min(FIRST_GUESS, decoded) : decoded;
  }

  /** Goes on when there is room for a body of this length and for what it is parsed to. */
  private waitFor(length: number, then: () => void): void {
    this.room = length;
    this.buffer.expect(length);
    this.memory.reserve(PARSED * length).then(
      () => {
        if (this.settled) return;
        this.pace ??= setInterval(() => this.checkPace(), PACE_MS);
        then();
      },
      (error: unknown) => this.fail(this.req.socket.destroyed ? new ClientGoneError() : (error as Error)),
    );
  }

  /** Memory is not kept for a client that does not send. */
  private checkPace(): void {
    const came = this.received - this.receivedBefore;
    this.receivedBefore = this.received;
    if (came < PACE_BYTES && !this.req.complete && this.memory.isWanted) this.fail(tooSlow());
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    if (this.pace !== null) clearInterval(this.pace);
    this.req.off('data', this.onData).off('end', this.onEnd).off('error', this.onGone).off('close', this.onGone);
    return true;
  }

  private done(): void {
    if (!this.settle()) return;
    const body = this.buffer.take();
    this.memory.shrink(PARSED * body.length);
    this.resolve(body);
  }

  private fail(error: Error): void {
    if (!this.settle()) return;
    this.decoding?.destroy();
    this.memory.release();
    this.req.resume(); // what is still on its way is thrown away, so that the client gets to read the answer
    this.reject(error);
  }
}
