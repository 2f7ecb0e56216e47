import type { Request, Response } from 'express';
import type { Tsd } from '../context';

/**
 * One HTTP call, as the endpoint handlers see it: transport matters (decoding, limits, CORS, method override, JSONP,
 * error format, gzip of the answer) are done around it. Mirrors what HttpQuery offers its handlers.
 */
export interface HttpCall {
  readonly tsd: Tsd;
  readonly req: Request;
  readonly res: Response;
  /** Upper case, after `method_override`. */
  readonly method: string;
  /** 0: the legacy path without /api; 1 otherwise. */
  readonly apiVersion: number;
  /** Path elements after the version, e.g. ['uid', 'assign']. */
  readonly path: readonly string[];
  /** Query string parameters, decoded, in order of appearance by name. */
  readonly params: ReadonlyMap<string, readonly string[]>;
  /** The decoded body; empty when there is none. */
  readonly body: Buffer;
  /** Aborted when the client goes away or the daemon's deadline for the call has passed. */
  readonly signal: AbortSignal;
  hasParam(name: string): boolean;
  /** The last value, as the original; null when absent. */
  param(name: string): string | null;
  /** @throws BadRequestError `Missing parameter <code>NAME</code>` in the form of the original */
  requiredParam(name: string): string;
  sendJson(status: number, json: string | Buffer): void;
  sendText(status: number, contentType: string, body: string | Buffer): void;
  sendEmpty(status: number): void;
}

export type HttpHandler = (call: HttpCall) => Promise<void> | void;

/** What a handler throws when the client is to see this status and text. Mirrors BadRequestException. */
export class BadRequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'BadRequestError';
  }
}
