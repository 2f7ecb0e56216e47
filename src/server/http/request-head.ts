import type { IncomingMessage } from 'node:http';
import type { ClientError } from '../../util/errors';
import { isApiTarget, parseParams, parseTarget, type Target } from './uri';

/** What the head of a request says: all of a call but its body. */
export interface RequestHead extends Target {
  /** `Date.now()` when the head was there. */
  readonly startedAt: number;
  readonly method: string;
  /** The request target as sent, query string included. */
  readonly uri: string;
  readonly params: ReadonlyMap<string, readonly string[]>;
  /** What is wrong with it; null: nothing. It is known how such a request is answered, and no more. */
  readonly error: Error | null;
}

/** @param refusal of the body that is to come: it counts before anything that is wrong with the path */
export function readHead(req: IncomingMessage, refusal: ClientError | null): RequestHead {
  const { method = 'GET', url: uri = '/' } = req;
  const startedAt = Date.now();
  // Refused before the path was looked at: the original answers with the legacy page, whatever the path.
  const apiVersion = refusal?.status !== 400 && isApiTarget(uri) ? 1 : 0;
  let params: RequestHead['params'] = new Map();
  let error: Error | null = refusal;
  try {
    params = parseParams(uri);
    if (refusal === null) return { startedAt, method, uri, params, error, ...parseTarget(uri) };
  } catch (e) {
    error = e as Error;
  }
  return { startedAt, method, uri, params, error, apiVersion, route: '', path: [] };
}
