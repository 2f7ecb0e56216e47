import type { IncomingMessage, ServerResponse } from 'node:http';
import { ClientError } from '../../util/errors';
import type { Tsd } from '../context';
import type { RequestMemory } from '../memory';

/** What `sendJson` does about the `jsonp` parameter: `strict` refuses an empty callback (400), `lenient` ignores it, `off` never wraps. */
export type JsonpRule = 'strict' | 'lenient' | 'off';

/**
 * One HTTP call, as the endpoint handlers see it: transport matters (decoding, limits, CORS, JSONP, error format, gzip
 * of the answer) are done around it. Mirrors what HttpQuery offers its handlers.
 */
export interface HttpCall {
  readonly tsd: Tsd;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The request's own verb, upper case. Handlers that honour `method_override` ask `effectiveMethod()`. */
  readonly method: string;
  /** 0: the legacy path without /api (or /api/v0); 1 otherwise. */
  readonly apiVersion: number;
  /** The request target as sent, query string included. */
  readonly uri: string;
  /** Path elements after the version, e.g. ['uid', 'assign']; on legacy paths all of them. Case as sent, not percent-decoded. */
  readonly path: readonly string[];
  /** Query string parameters, decoded, in order of appearance by name. */
  readonly params: ReadonlyMap<string, readonly string[]>;
  /** The body after Content-Encoding; empty when there is none. */
  readonly body: Buffer;
  /** What this call holds of the memory of all requests. */
  readonly memory: RequestMemory;
  /** Peer as the original prints it: `/127.0.0.1:54321`. */
  readonly remote: string;
  /** `Date.now()` when the request's head was there. */
  readonly startedAt: number;
  /** Aborted when the client goes away before the answer is complete. */
  readonly signal: AbortSignal;
  hasParam(name: string): boolean;
  /** The last value, as the original; null when absent. */
  param(name: string): string | null;
  /** @throws ClientError `Missing parameter <code>NAME</code>`, also when it is empty */
  requiredParam(name: string): string;
  /** The body as text in the charset of Content-Type (default UTF-8). @throws ClientError for an unknown charset */
  bodyText(): string;
  /** The verb after `method_override`. @throws ClientError 405. Mirrors HttpQuery.getAPIMethod. */
  effectiveMethod(): string;
  /** @throws ClientError 405 `Method not allowed` unless the verb is one of these */
  allowMethods(...verbs: string[]): void;
  /** `application/json; charset=UTF-8`, wrapped in the `jsonp` callback when there is one. */
  sendJson(status: number, json: string, jsonp?: JsonpRule): void;
  /**
   * JSON in parts. One that ends within the first 64 Ki characters is sent as `sendJson` does; a longer one is sent as it is made, at the
   * client's pace. Rejects when a part does: before anything was sent the caller's error becomes the answer, after that the connection is cut.
   */
  sendJsonParts(status: number, parts: AsyncIterable<string>, jsonp?: JsonpRule): Promise<void>;
  sendText(status: number, contentType: string, body: string | Buffer): void;
  /** 200 with a file's bytes as they are: files are never compressed. */
  sendFile(contentType: string, body: Buffer, ageSeconds: number, maxAgeSeconds: number): void;
  /** 200 with a file of the page, compressed for clients that take it. @param policy the Content-Security-Policy; null: the usual one */
  sendPageFile(contentType: string, body: Buffer, cacheControl: string, policy: string | null): void;
  /** The same of a text in parts, which is sent at the client's pace as `sendJsonParts` does. */
  sendFileParts(contentType: string, parts: AsyncIterable<string>, ageSeconds: number, maxAgeSeconds: number): Promise<void>;
  /** Status, `Content-Length: 0` and, when given, a content type (204 of `/api/put`). */
  sendEmpty(status: number, contentType?: string): void;
}

export type HttpHandler = (call: HttpCall) => Promise<void> | void;

/** Content type of every API answer. */
export const API_JSON = 'application/json; charset=UTF-8';

/** Mirrors BadRequestException.missingParameter. */
export const missingParameter = (name: string): ClientError => new ClientError(400, `Missing parameter <code>${name}</code>`);

/** The 405 of every endpoint that checks its verbs. */
export const methodNotAllowed = (verb: string): ClientError =>
  new ClientError(405, 'Method not allowed', `The HTTP method [${verb}] is not permitted for this endpoint`);
