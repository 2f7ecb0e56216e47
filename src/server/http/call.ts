import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Tsd } from '../context';
import { endsConnection } from '../http-sockets';
import type { RequestMemory } from '../memory';
import { StallTimer } from './stall-timer';
import { chooseEncoding, compress, compressor } from './encoding';
import { describeError, errorJson, legacyErrorJson } from './error-body';
import { badRequestPage, internalErrorPage, notFoundPage } from './html';
import { reasonPhrase } from './reason-phrase';
import type { RequestHead } from './request-head';
import { API_JSON, methodNotAllowed, missingParameter, type HttpCall, type JsonpRule } from './types';
import { ClientError } from '../../util/errors';
import { sharedAborter } from '../../util/stop-signal';

const EMPTY = Buffer.alloc(0);
const HTML = 'text/html; charset=UTF-8';
/** A script that calls a function with the answer. Browsers that are told not to guess run nothing that is called JSON. */
const JSONP = 'application/javascript; charset=UTF-8';
/** In front of the callback: no other file format begins so, whatever the callback's name. */
const JSONP_START = '/**/';
const POLICY = 'Content-Security-Policy';
/** Pages need no more than their own inline style; what an error echoes must not become a script. */
const PAGE_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'";
/** Answers up to so many characters are sent in one piece. */
const PARTS_IN_ONE = 64 * 1024;
/** Names a page's script can have; whatever else is asked for is an attempt to inject some. */
const CALLBACK = /^[A-Za-z_$][\w$.]{0,127}$/;
/** Answers up to so many bytes are not worth counting. */
const UNCOUNTED = 4096;
/** What an answer in parts has on its way at any time. */
const PARTS_ON_THE_WAY = 4 * PARTS_IN_ONE;
const OVERRIDES: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'DELETE']);

/** How long the answer to a client that has closed its side may keep it waiting. */
const HALF_CLOSED_GRACE_MS = 1000;

export interface CallSettings {
  /** `tsd.http.show_stack_trace` */
  showStackTrace: boolean;
  /** An answer in parts of which the client takes nothing for so long is cut. */
  stallMs: number;
  /** Told when the answer has been handed over as a whole. */
  answered(call: Call): void;
}

const closings = new WeakMap<Socket, AbortSignal>();

/** Aborted when the connection closes. One for all calls of it: an answer that waits behind another is told as well. */
function closingOf(socket: Socket): AbortSignal {
  let signal = closings.get(socket);
  if (signal === undefined) {
    const aborter = sharedAborter();
    if (socket.destroyed) aborter.abort();
    else {
      socket.once('close', () => aborter.abort());
      if (socket.readableEnded) closeUnlessAnswering(socket);
      else socket.once('end', () => closeUnlessAnswering(socket));
    }
    closings.set(socket, (signal = aborter.signal));
  }
  return signal;
}

/**
 * Nobody can tell a client that gave up from one that has closed its side and waits. The original closes at once; here
 * the second kind gets what begins within a grace and goes on without a pause as long.
 */
function closeUnlessAnswering(socket: Socket): void {
  let written = socket.bytesWritten;
  const timer = setInterval(() => {
    if (socket.bytesWritten === written && socket.writableLength === 0) socket.destroy();
    written = socket.bytesWritten;
  }, HALF_CLOSED_GRACE_MS);
  timer.unref();
  socket.once('close', () => clearInterval(timer));
}

/** One request and its answer. Mirrors HttpQuery. */
export class Call implements HttpCall {
  readonly startedAt: number;
  readonly method: string;
  readonly uri: string;
  readonly apiVersion: number;
  readonly path: readonly string[];
  readonly params: ReadonlyMap<string, readonly string[]>;

  /** @param body after Content-Encoding; absent: there is none, or the answer does not depend on it */
  constructor(
    readonly tsd: Tsd,
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
    private readonly settings: CallSettings,
    head: RequestHead,
    readonly memory: RequestMemory,
    readonly body: Buffer = EMPTY,
  ) {
    this.startedAt = head.startedAt;
    this.method = head.method;
    this.uri = head.uri;
    this.apiVersion = head.apiVersion;
    this.path = head.path;
    this.params = head.params;
  }

  get remote(): string {
    return `/${this.req.socket.remoteAddress ?? 'unknown'}:${this.req.socket.remotePort ?? 0}`;
  }

  get signal(): AbortSignal {
    return closingOf(this.req.socket);
  }

  get clientGone(): boolean {
    return this.req.socket.destroyed;
  }

  hasParam(name: string): boolean {
    return this.params.has(name);
  }

  param(name: string): string | null {
    const values = this.params.get(name);
    return values === undefined ? null : values[values.length - 1];
  }

  requiredParam(name: string): string {
    const value = this.param(name);
    if (value === null || value === '') throw missingParameter(name);
    return value;
  }

  bodyText(): string {
    const type = this.req.headers['content-type'] ?? '';
    const at = type.indexOf('charset=');
    const charset = at < 0 ? 'UTF-8' : type.slice(at + 'charset='.length);
    try {
      return new TextDecoder(charset, { ignoreBOM: true }).decode(this.body);
    } catch (cause) {
      throw new ClientError(400, `Unsupported charset: ${charset}`, null, { cause });
    }
  }

  effectiveMethod(): string {
    if (this.method !== 'GET' || !this.hasParam('method_override')) return this.method;
    const wanted = (this.param('method_override') ?? '').toUpperCase();
    if (wanted === '') throw new ClientError(405, 'Missing method override value');
    if (!OVERRIDES.has(wanted)) throw new ClientError(405, 'Unknown or unsupported method override value');
    return wanted;
  }

  allowMethods(...verbs: string[]): void {
    if (!verbs.includes(this.method)) throw methodNotAllowed(this.method);
  }

  sendJson(status: number, json: string, jsonp: JsonpRule = 'strict'): void {
    const callback = this.callback(jsonp);
    if (callback === null) this.send(status, API_JSON, json);
    else this.sendJsonp(status, callback, json);
  }

  private sendJsonp(status: number, callback: string, json: string): void {
    this.send(status, JSONP, `${JSONP_START}${callback}(${json})`);
  }

  async sendJsonParts(status: number, parts: AsyncIterable<string>, jsonp: JsonpRule = 'strict'): Promise<void> {
    const callback = this.callback(jsonp);
    if (callback === null) return this.sendParts(status, API_JSON, parts, {});
    return this.sendParts(status, JSONP, parts, { before: `${JSONP_START}${callback}(`, after: ')' });
  }

  sendFileParts(contentType: string, parts: AsyncIterable<string>, ageSeconds: number, maxAgeSeconds: number): Promise<void> {
    return this.sendParts(200, contentType, parts, { more: fileHeaders(ageSeconds, maxAgeSeconds), asItIs: true });
  }

  /**
   * @param before in front of the parts @param after behind them
   * @param more headers, names and values in turns @param asItIs never compressed
   */
  private async sendParts(
    status: number,
    type: string,
    parts: AsyncIterable<string>,
    { before = '', after = '', more = [], asItIs = false }: { before?: string; after?: string; more?: readonly string[]; asItIs?: boolean },
  ): Promise<void> {
    let head = before;
    let out: NodeJS.WritableStream | null = null;
    const stalled = new StallTimer(this.settings.stallMs, () => this.cut());
    try {
      for await (const part of parts) {
        let ready = part;
        if (out === null) {
          head += part;
          if (head.length <= PARTS_IN_ONE) continue;
          out = this.startParts(status, type, more, asItIs);
          ready = head;
        }
        if (!this.res.destroyed && !out.write(ready)) await stalled.over(once(out, 'drain', { signal: this.signal }));
        if (this.signal.aborted) return;
      }
    } catch (error) {
      if (out === null || this.signal.aborted) throw error;
      this.cut();
      throw error;
    }
    if (out === null) return asItIs ? this.finish(status, type, null, head + after, more) : this.send(status, type, head + after);
    out.end(after);
    this.settings.answered(this);
  }

  sendText(status: number, contentType: string, body: string | Buffer): void {
    this.send(status, contentType, body);
  }

  sendEmpty(status: number, contentType?: string): void {
    this.finish(status, contentType ?? null, null, '');
  }

  /** The answer to an error of a handler or of the transport, in the form of the path's API version. */
  sendError(error: unknown): void {
    this.memory.release();
    const { status, message, details } = describeError(error);
    const trace = this.settings.showStackTrace && error instanceof Error ? (error.stack ?? null) : null;
    if (this.apiVersion > 0) {
      const callback = this.param('jsonp') ?? '';
      const json = errorJson(status, message, details, trace);
      if (CALLBACK.test(callback)) this.sendJsonp(status, callback, json);
      else this.send(status, API_JSON, json);
    } else if (status === 500) {
      if (this.hasParam('json')) this.send(500, 'application/json', legacyErrorJson(trace ?? message));
      else this.send(500, HTML, internalErrorPage(trace ?? message));
    } else if (this.hasParam('json')) this.send(400, 'application/json', legacyErrorJson(message));
    else this.send(400, HTML, badRequestPage(message));
  }

  /** No such endpoint. */
  sendNotFound(): void {
    if (this.apiVersion > 0) {
      const json = errorJson(404, 'Endpoint not found');
      const callback = this.param('jsonp');
      if (callback !== null && (callback === '' || CALLBACK.test(callback))) this.sendJsonp(404, callback, json);
      else this.send(404, API_JSON, json);
    } else if (this.hasParam('json')) this.send(404, 'application/json', legacyErrorJson('Page Not Found'));
    else this.send(404, HTML, notFoundPage());
  }

  sendFile(contentType: string, body: Buffer, ageSeconds: number, maxAgeSeconds: number): void {
    this.memory.add(body.length);
    this.finish(200, contentType, null, body, fileHeaders(ageSeconds, maxAgeSeconds));
  }

  sendPageFile(contentType: string, body: Buffer, cacheControl: string, policy: string | null): void {
    const more = ['Cache-Control', cacheControl];
    if (policy !== null) more.push(POLICY, policy);
    this.send(200, contentType, body, more);
  }

  /** Ends an answer in the middle, so that no client takes it for a whole one, not even one that waits for the end of the connection. */
  private cut(): void {
    this.req.socket.resetAndDestroy();
  }

  private callback(rule: JsonpRule): string | null {
    const callback = rule === 'off' ? null : this.param('jsonp');
    if (callback === null || (callback === '' && rule === 'lenient')) return null;
    if (callback === '') throw new ClientError(400, 'Missing callback name');
    if (!CALLBACK.test(callback)) throw new ClientError(400, 'Invalid jsonp callback name');
    return callback;
  }

  private startParts(status: number, contentType: string, more: readonly string[], asItIs: boolean): NodeJS.WritableStream {
    this.memory.add(PARTS_ON_THE_WAY);
    const encoding = asItIs ? null : chooseEncoding(this.req.headers['accept-encoding']);
    this.writeHead(status, contentType, encoding, null, more);
    if (encoding === null) return this.res;
    const stream = compressor(encoding);
    stream.pipe(this.res);
    this.res.once('close', () => stream.destroy());
    return stream;
  }

  /** @param more names and values in turns */
  private send(status: number, contentType: string, body: string | Buffer, more: readonly string[] = []): void {
    if (body.length > UNCOUNTED) this.memory.add(body.length);
    const encoding = body.length === 0 ? null : chooseEncoding(this.req.headers['accept-encoding']);
    if (encoding === null) return this.finish(status, contentType, null, body, more);
    const small = compress(toBuffer(body), encoding);
    if (Buffer.isBuffer(small)) return this.finish(status, contentType, encoding, small, more);
    small.then(
      (bytes) => this.finish(status, contentType, encoding, bytes, more),
      () => this.finish(status, contentType, null, body, more),
    );
  }

  /** A text goes out in one piece with the head: cheaper than two buffers. */
  private finish(
    status: number,
    contentType: string | null,
    encoding: string | null,
    body: string | Buffer,
    more: readonly string[] = [],
  ): void {
    if (this.res.destroyed || this.res.headersSent) return;
    this.writeHead(status, contentType, encoding, Buffer.byteLength(body), more);
    if (body.length === 0) this.res.end();
    else this.res.end(body);
    this.settings.answered(this);
  }

  /**
   * @param length null: not known yet
   * @param more names and values in turns
   */
  private writeHead(
    status: number,
    contentType: string | null,
    encoding: string | null,
    length: number | null,
    more: readonly string[] = [],
  ): void {
    const { res } = this;
    const headers: string[] = [];
    if (contentType !== null) headers.push('Content-Type', contentType);
    headers.push(...more);
    if (encoding !== null) headers.push('Content-Encoding', encoding);
    res.sendDate = false;
    res.removeHeader('Connection');
    if (endsConnection(res)) headers.push('Connection', 'close');
    // as the original: an answer that ends with its connection carries no length
    if (!res.shouldKeepAlive) {
      res.removeHeader('Content-Length');
      // one that is sent as it is made has to show where it ends
      if (length !== null) res.removeHeader('Transfer-Encoding');
    } else if (length !== null) headers.push('Content-Length', String(length));
    if (contentType !== null) headers.push('X-Content-Type-Options', 'nosniff');
    if (contentType === HTML && !more.includes(POLICY)) headers.push(POLICY, PAGE_POLICY);
    res.writeHead(status, reasonPhrase(status), headers);
  }
}

const fileHeaders = (ageSeconds: number, maxAgeSeconds: number): string[] => [
  'Age',
  String(ageSeconds),
  'Cache-Control',
  `max-age=${maxAgeSeconds}`,
];
const toBuffer = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text) : text);
