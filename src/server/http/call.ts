import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { Request, Response } from 'express';
import type { Tsd } from '../context';
import { chooseEncoding, compress, compressor } from './encoding';
import { describeError, errorJson, legacyErrorJson } from './error-body';
import { badRequestPage, internalErrorPage, notFoundPage } from './html';
import type { Target } from './uri';
import { API_JSON, BadRequestError, methodNotAllowed, missingParameter, type HttpCall, type JsonpRule } from './types';

const EMPTY = Buffer.alloc(0);
const HTML = 'text/html; charset=UTF-8';
/** Pages need no more than their own inline style; what an error echoes must not become a script. */
const PAGE_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'";
const PARTS_IN_ONE_BYTES = 64 * 1024;
/** Names a page's script can have; whatever else is asked for is an attempt to inject some. */
const CALLBACK = /^[A-Za-z_$][\w$.]{0,127}$/;
const OVERRIDES: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'DELETE']);
/** Reason phrases in which Node and the original differ. */
const REASONS: Readonly<Record<number, string>> = { 413: 'Request Entity Too Large' };

export interface CallOptions {
  /** `tsd.http.show_stack_trace` */
  showStackTrace: boolean;
}

/** One request and its answer. Mirrors HttpQuery. */
export class Call implements HttpCall {
  readonly startedAt = Date.now();
  readonly method: string;
  readonly uri: string;
  apiVersion: number;
  path: readonly string[] = [];
  params: ReadonlyMap<string, readonly string[]> = new Map();
  body: Buffer = EMPTY;
  private aborter: AbortController | null = null;

  constructor(
    readonly tsd: Tsd,
    readonly req: Request,
    readonly res: Response,
    private readonly options: CallOptions,
    apiVersion: number,
  ) {
    this.method = req.method;
    this.uri = (req as IncomingMessage).url ?? '/';
    this.apiVersion = apiVersion;
  }

  aim(target: Target): void {
    this.apiVersion = target.apiVersion;
    this.path = target.path;
  }

  get remote(): string {
    return `/${this.req.socket.remoteAddress ?? 'unknown'}:${this.req.socket.remotePort ?? 0}`;
  }

  get signal(): AbortSignal {
    if (this.aborter === null) {
      const { res } = this;
      const { socket } = this.req;
      const aborter = (this.aborter = new AbortController());
      const gone = (): void => {
        socket.off('close', gone);
        if (!res.writableFinished) aborter.abort();
      };
      if (socket.destroyed || res.destroyed) gone();
      else {
        res.once('close', gone);
        socket.once('close', gone); // an answer that waits behind another of its connection is not told
      }
    }
    return this.aborter.signal;
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
      return new TextDecoder(charset).decode(this.body);
    } catch (cause) {
      throw new BadRequestError(400, `Unsupported charset: ${charset}`, null, { cause });
    }
  }

  effectiveMethod(): string {
    if (this.method !== 'GET' || !this.hasParam('method_override')) return this.method;
    const wanted = (this.param('method_override') ?? '').toUpperCase();
    if (wanted === '') throw new BadRequestError(405, 'Missing method override value');
    if (!OVERRIDES.has(wanted)) throw new BadRequestError(405, 'Unknown or unsupported method override value');
    return wanted;
  }

  allowMethods(...verbs: string[]): void {
    if (!verbs.includes(this.method)) throw methodNotAllowed(this.method);
  }

  sendJson(status: number, json: string | Buffer, jsonp: JsonpRule = 'strict'): void {
    const callback = this.callback(jsonp);
    this.send(
      status,
      API_JSON,
      callback === null ? toBuffer(json) : Buffer.concat([toBuffer(`${callback}(`), toBuffer(json), toBuffer(')')]),
    );
  }

  async sendJsonParts(
    status: number,
    parts: AsyncIterable<string | Buffer> | Iterable<string | Buffer>,
    jsonp: JsonpRule = 'strict',
  ): Promise<void> {
    const callback = this.callback(jsonp);
    const head: Buffer[] = callback === null ? [] : [toBuffer(`${callback}(`)];
    const tail = toBuffer(callback === null ? '' : ')');
    let size = 0;
    let out: NodeJS.WritableStream | null = null;
    const write = async (part: Buffer): Promise<void> => {
      if (out === null || this.res.destroyed) return;
      if (!out.write(part)) await once(out, 'drain', { signal: this.signal });
    };
    try {
      for await (const part of parts) {
        const bytes = toBuffer(part);
        if (out !== null) await write(bytes);
        else {
          head.push(bytes);
          size += bytes.length;
          if (size > PARTS_IN_ONE_BYTES) {
            out = this.startParts(status);
            for (const waiting of head.splice(0)) await write(waiting);
          }
        }
        if (this.signal.aborted) return;
      }
    } catch (error) {
      if (out === null || this.signal.aborted) throw error;
      this.res.destroy(); // a cut answer can't be taken for a whole one
      throw error;
    }
    if (out === null) this.send(status, API_JSON, Buffer.concat([...head, tail]));
    else (out as NodeJS.WritableStream).end(tail);
  }

  sendText(status: number, contentType: string, body: string | Buffer): void {
    this.send(status, contentType, toBuffer(body));
  }

  sendEmpty(status: number, contentType?: string): void {
    this.writeHead(status, contentType ?? null, null, 0);
    this.res.end();
  }

  /** The answer to an error of a handler or of the transport, in the form of the path's API version. */
  sendError(error: unknown): void {
    const { status, message, details } = describeError(error);
    const trace = this.options.showStackTrace && error instanceof Error ? (error.stack ?? null) : null;
    if (this.apiVersion > 0) {
      const callback = this.param('jsonp') ?? '';
      const json = errorJson(status, message, details, trace);
      this.send(status, API_JSON, toBuffer(CALLBACK.test(callback) ? `${callback}(${json})` : json));
    } else if (status === 500) {
      if (this.hasParam('json')) this.send(500, 'application/json', toBuffer(legacyErrorJson(trace ?? message)));
      else this.send(500, HTML, toBuffer(internalErrorPage(trace ?? message)));
    } else if (this.hasParam('json')) this.send(400, 'application/json', toBuffer(legacyErrorJson(message)));
    else this.send(400, HTML, toBuffer(badRequestPage(message)));
  }

  /** No such endpoint. */
  sendNotFound(): void {
    if (this.apiVersion > 0) {
      const json = errorJson(404, 'Endpoint not found');
      const callback = this.param('jsonp');
      const wrap = callback !== null && (callback === '' || CALLBACK.test(callback));
      this.send(404, API_JSON, toBuffer(wrap ? `${callback}(${json})` : json));
    } else if (this.hasParam('json')) this.send(404, 'application/json', toBuffer(legacyErrorJson('Page Not Found')));
    else this.send(404, HTML, toBuffer(notFoundPage()));
  }

  sendFile(contentType: string, body: Buffer, ageSeconds: number, maxAgeSeconds: number): void {
    this.res.setHeader('Content-Type', contentType);
    this.res.setHeader('Age', ageSeconds);
    this.res.setHeader('Cache-Control', `max-age=${maxAgeSeconds}`);
    this.writeHead(200, contentType, null, body.length);
    this.res.end(body);
  }

  private callback(rule: JsonpRule): string | null {
    const callback = rule === 'off' ? null : this.param('jsonp');
    if (callback === null || (callback === '' && rule === 'lenient')) return null;
    if (callback === '') throw new Error('Missing callback name');
    if (!CALLBACK.test(callback)) throw new BadRequestError(400, 'Invalid jsonp callback name');
    return callback;
  }

  private startParts(status: number): NodeJS.WritableStream {
    const encoding = chooseEncoding(this.req.headers['accept-encoding']);
    this.writeHead(status, API_JSON, encoding, null);
    if (encoding === null) return this.res;
    const stream = compressor(encoding);
    stream.pipe(this.res);
    this.res.once('close', () => stream.destroy());
    return stream;
  }

  private send(status: number, contentType: string, body: Buffer): void {
    const encoding = body.length === 0 ? null : chooseEncoding(this.req.headers['accept-encoding']);
    if (encoding === null) return this.finish(status, contentType, null, body);
    const small = compress(body, encoding);
    if (Buffer.isBuffer(small)) return this.finish(status, contentType, encoding, small);
    small.then(
      (bytes) => this.finish(status, contentType, encoding, bytes),
      () => this.finish(status, contentType, null, body),
    );
  }

  private finish(status: number, contentType: string, encoding: string | null, body: Buffer): void {
    if (this.res.destroyed || this.res.headersSent) return;
    this.writeHead(status, contentType, encoding, body.length);
    this.res.end(body);
  }

  /** @param length null: not known yet */
  private writeHead(status: number, contentType: string | null, encoding: string | null, length: number | null): void {
    const { res } = this;
    res.statusCode = status;
    if (REASONS[status] !== undefined) res.statusMessage = REASONS[status];
    if (contentType !== null) res.setHeader('Content-Type', contentType);
    if (encoding !== null) res.setHeader('Content-Encoding', encoding);
    res.sendDate = false;
    res.removeHeader('Connection');
    // as the original: an answer that ends with its connection carries no length
    if (!res.shouldKeepAlive) {
      res.removeHeader('Content-Length');
      res.removeHeader('Transfer-Encoding');
    } else if (length !== null) res.setHeader('Content-Length', length);
    if (contentType !== null && !this.hasParam('jsonp')) res.setHeader('X-Content-Type-Options', 'nosniff');
    if (contentType === HTML) res.setHeader('Content-Security-Policy', PAGE_POLICY);
  }
}

const toBuffer = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text) : text);
