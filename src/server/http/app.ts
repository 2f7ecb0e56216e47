import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { BodySettings } from '../../config/settings';
import type { Tsd } from '../context';
import type { LatencyHistogram } from '../../util/latency-histogram';
import { messageOf } from '../../util/message-of';
import { BodyReader, ClientGoneError } from './body';
import { Call } from './call';
import { applyCors, type CorsRules } from './cors';
import { createPages } from './pages';
import type { HttpHandler } from './types';
import { isApiTarget, parseParams, parseTarget } from './uri';
import { ClientError } from '../../util/errors';

/** Log lines show no more of a request target than this. */
const URI_IN_LOG = 500;
/** How long the rest of a refused body is read and thrown away before the connection is cut. */
const LINGER_MS = 10_000;
const API = 'api/';

export interface HttpOptions {
  routes: ReadonlyMap<string, HttpHandler>;
  bodyRules: BodySettings;
  corsRules: CorsRules;
  /** Time from head to answer of every call. */
  latency: LatencyHistogram;
}

/**
 * Everything between a parsed request head and the endpoint that answers it, in the original's order of checks. Mirrors
 * RpcHandler.handleHttpQuery.
 */
export function createApp(tsd: Tsd, options: HttpOptions): RequestListener {
  const { routes, corsRules, latency } = options;
  const bodies = new BodyReader(options.bodyRules);
  const log = tsd.logs.get('net.opentsdb.tsd.HttpQuery');
  const describe = (call: Call): string => call.uri.slice(0, URI_IN_LOG);

  const answered = (call: Call): void => {
    const ms = Date.now() - call.startedAt;
    latency.add(ms);
    if (tsd.logs.enabled('net.opentsdb.tsd.HttpQuery', 'debug')) log.debug(`HTTP ${describe(call)} done in ${ms}ms`);
  };
  const callOptions = { showStackTrace: tsd.settings.showStackTrace, answered };

  const failed = (call: Call, error: unknown): void => {
    const { req, res } = call;
    if (error instanceof ClientGoneError || (call.clientGone && !res.headersSent)) {
      req.socket.destroy();
      return;
    }
    if (error instanceof ClientError && error.status < 500) {
      log.warn(`Bad Request on ${describe(call)}: ${error.message}`);
      if (error.status === 413) setTimeout(() => req.complete || req.socket.destroy(), LINGER_MS).unref();
    } else {
      tsd.counters.rpc.exceptions++;
      const text = messageOf(error);
      log.error(`Internal Server Error on ${describe(call)}: ${text}`, isOwnBug(error) ? { error } : {});
    }
    call.sendError(error);
  };

  const pages = createPages(
    [...routes].filter(([route]) => !route.startsWith(API)),
    failed,
  );

  const dispatch = async (call: Call, route: string): Promise<void> => {
    if (!route.startsWith(API)) return pages(call, route);
    const handler = routes.get(route);
    if (handler === undefined) call.sendNotFound();
    else await handler(call);
  };

  const handle = async (call: Call): Promise<void> => {
    const { req } = call;
    const refusal = bodies.refusal(req);
    // refused before the path was looked at: the original answers with the legacy page, whatever the path
    if (refusal?.status === 400) call.apiVersion = 0;
    call.params = parseParams(call.uri);
    if (refusal !== null) throw refusal;
    const target = parseTarget(call.uri);
    call.aim(target);
    checkSerializer(call);
    if (applyCors(call, corsRules)) return;
    if (req.headers.expect !== undefined && /^100-continue$/i.test(req.headers.expect)) call.res.writeContinue();
    const body = bodies.read(req);
    call.body = body instanceof Promise ? await body : body;
    await dispatch(call, target.route);
  };

  return (req: IncomingMessage, res: ServerResponse): void => {
    const { url = '' } = req;
    if (req.httpVersionMajor < 1) {
      req.socket.destroy(); // a request line without a version: the original closes without a word
      return;
    }
    tsd.counters.rpc.httpReceived++;
    if (!url.startsWith('/')) {
      req.socket.end('HTTP/1.1 400 Bad Request\r\n\r\n', () => req.socket.destroy());
      return;
    }
    const call = new Call(tsd, req, res, callOptions, isApiTarget(url) ? 1 : 0);
    handle(call).catch((error: unknown) => failed(call, error));
  };
}

/** Only what is wrong with this program deserves a stack in the log. */
const isOwnBug = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError || error instanceof SyntaxError;

/** The one serializer there is. Mirrors HttpQuery.setSerializer. */
function checkSerializer(call: Call): void {
  const wanted = call.param('serializer');
  if (wanted !== null && wanted !== 'json') {
    throw new ClientError(400, 'Requested serializer was not found', `Could not find a serializer with the name: ${wanted}`);
  }
}
