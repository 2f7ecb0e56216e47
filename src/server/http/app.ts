import type { RequestListener } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { Tsd } from '../context';
import type { LatencyHistogram } from '../../util/latency-histogram';
import { BodyReader, ClientGoneError, type BodyRules } from './body';
import { Call } from './call';
import { applyCors, type CorsRules } from './cors';
import { BadRequestError, type HttpHandler } from './types';
import { isApiTarget, parseParams, parseTarget } from './uri';

/** Log lines show no more of a request target than this. */
const URI_IN_LOG = 500;
/** How long the rest of a refused body is read and thrown away before the connection is cut. */
const LINGER_MS = 10_000;

const CALL = Symbol('call');
type Carrier = Request & { [CALL]?: Call };

export interface HttpOptions {
  routes: ReadonlyMap<string, HttpHandler>;
  bodyRules: BodyRules;
  corsRules: CorsRules;
  /** Time from head to answer of every call. */
  latency: LatencyHistogram;
}

/**
 * The Express application: everything between a parsed request head and the endpoint that answers it, in the original's order
 * of checks. Mirrors RpcHandler.handleHttpQuery.
 */
export function createApp(tsd: Tsd, options: HttpOptions): RequestListener {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  const bodies = new BodyReader(options.bodyRules);
  const showStackTrace = tsd.config.getBoolean('tsd.http.show_stack_trace');
  const log = tsd.logs.get('net.opentsdb.tsd.HttpQuery');
  const describe = (call: Call): string => call.uri.slice(0, URI_IN_LOG);

  app.use((req: Carrier, res: Response, next: NextFunction) => {
    if (req.httpVersionMajor < 1) {
      req.socket.destroy(); // a request line without a version: the original closes without a word
      return;
    }
    tsd.counters.rpc.httpReceived++;
    if (!req.url.startsWith('/')) {
      req.socket.end('HTTP/1.1 400 Bad Request\r\n\r\n', () => req.socket.destroy());
      return;
    }
    const call = new Call(tsd, req, res, { showStackTrace }, isApiTarget(req.url) ? 1 : 0);
    req[CALL] = call;
    res.once('finish', () => {
      const ms = Date.now() - call.startedAt;
      options.latency.add(ms);
      if (tsd.logs.enabled('net.opentsdb.tsd.HttpQuery', 'debug')) log.debug(`HTTP ${describe(call)} done in ${ms}ms`);
    });
    next();
  });

  app.use(async (req: Carrier, _res: Response, next: NextFunction) => {
    const call = callOf(req);
    const refusal = bodies.refusal(req);
    // refused before the path was looked at: the original answers with the legacy page, whatever the path
    if (refusal?.status === 400) call.apiVersion = 0;
    call.params = parseParams(call.uri);
    if (refusal !== null) throw refusal;
    const target = parseTarget(call.uri);
    call.aim(target);
    checkSerializer(call);
    if (applyCors(call, options.corsRules)) return;
    if (/^100-continue$/i.test(req.headers.expect ?? '')) call.res.writeContinue();
    call.body = await bodies.read(req);
    req.url = `/${target.route}`;
    next();
  });

  for (const [route, handler] of options.routes) app.all(`/${route}`, (req: Carrier) => handler(callOf(req)));

  app.use((req: Carrier) => callOf(req).sendNotFound());

  app.use((error: unknown, req: Carrier, res: Response, _next: NextFunction) => {
    const call = callOf(req);
    if (error instanceof ClientGoneError || (call.signal.aborted && !res.headersSent)) {
      req.socket.destroy();
      return;
    }
    if (error instanceof BadRequestError && error.status < 500) {
      log.warn(`Bad Request on ${describe(call)}: ${error.message}`);
      if (error.status === 413) setTimeout(() => req.complete || req.socket.destroy(), LINGER_MS).unref();
    } else {
      tsd.counters.rpc.exceptions++;
      const text = error instanceof Error ? error.message : String(error);
      log.error(`Internal Server Error on ${describe(call)}: ${text}`, isOwnBug(error) ? { error } : {});
    }
    call.sendError(error);
  });
  return app;
}

function callOf(req: Carrier): Call {
  const call = req[CALL];
  if (call === undefined) throw new Error('A request that never became a call');
  return call;
}

/** Only what is wrong with this program deserves a stack in the log. */
const isOwnBug = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError || error instanceof SyntaxError;

/** The one serializer there is. Mirrors HttpQuery.setSerializer. */
function checkSerializer(call: Call): void {
  const wanted = call.param('serializer');
  if (wanted !== null && wanted !== 'json') {
    throw new BadRequestError(400, 'Requested serializer was not found', `Could not find a serializer with the name: ${wanted}`);
  }
}
