import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { BodySettings } from '../../config/settings';
import type { Tsd } from '../context';
import type { LatencyHistogram } from '../../util/latency-histogram';
import { messageOf } from '../../util/message-of';
import { maskUris } from '../../util/secrets';
import { TimeSlice } from '../../util/time-slice';
import { BodyReader, ClientGoneError } from './body';
import { RequestMemory, type MemoryBudget } from '../memory';
import { Call } from './call';
import { applyCors, type CorsRules } from './cors';
import type { Pages } from './pages';
import { readHead, type RequestHead } from './request-head';
import { reasonPhrase } from './reason-phrase';
import type { HttpHandler } from './types';
import { ClientError } from '../../util/errors';

/** Log lines show no more of a request target than this. */
const URI_IN_LOG = 500;
/** And no more of the body of one whose answer had to be cut. */
const BODY_IN_LOG = 2000;
/** How long the rest of a refused body is read and thrown away before the connection is cut. */
const LINGER_MS = 10_000;
const API = 'api/';

export interface HttpOptions {
  routes: ReadonlyMap<string, HttpHandler>;
  bodyRules: BodySettings;
  memory: MemoryBudget;
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
  const describe = (call: Call): string => maskUris(call.uri.slice(0, URI_IN_LOG));

  const answered = (call: Call): void => {
    const ms = Date.now() - call.startedAt;
    latency.add(ms);
    if (tsd.logs.enabled('net.opentsdb.tsd.HttpQuery', 'debug')) log.debug(`HTTP ${describe(call)} done in ${ms}ms`);
  };
  const callSettings = { showStackTrace: tsd.settings.showStackTrace, stallMs: tsd.settings.stallMs, answered };

  const failed = (call: Call, error: unknown): void => {
    const { req, res } = call;
    if (error instanceof ClientGoneError || (call.clientGone && !res.headersSent)) {
      req.socket.destroy();
      return;
    }
    if (res.headersSent) {
      tsd.counters.rpc.exceptions++;
      const asked = call.body.toString('utf8', 0, BODY_IN_LOG);
      log.error(`The answer to ${call.method} ${describe(call)} ${asked} was cut: ${messageOf(error)}`, isOwnBug(error) ? { error } : {});
      return;
    }
    if (error instanceof ClientError) {
      const what = error.status < 500 ? 'Bad Request' : reasonPhrase(error.status);
      if (error.status === 500) tsd.counters.rpc.exceptions++;
      log.warn(`${what} on ${describe(call)}: ${error.message}`);
    } else {
      tsd.counters.rpc.exceptions++;
      const text = messageOf(error);
      log.error(`Internal Server Error on ${describe(call)}: ${text}`, isOwnBug(error) ? { error } : {});
    }
    call.sendError(error);
    if (!req.complete) setTimeout(() => req.complete || req.socket.destroy(), LINGER_MS).unref();
  };

  let pages: Pages | null = null;
  const openPages = (): Pages => {
    // Loaded with the first page: Express has more modules than most rooms, and no client of the API needs it.
    const { createPages } = require('./pages') as typeof import('./pages');
    return createPages(
      [...routes].filter(([route]) => !route.startsWith(API)),
      failed,
    );
  };

  const dispatch = async (call: Call, route: string): Promise<void> => {
    if (!route.startsWith(API)) return (pages ??= openPages())(call, route);
    const handler = routes.get(route);
    if (handler === undefined) call.sendNotFound();
    else await handler(call);
  };

  /** What is done before the body is read. @returns true when the call is answered */
  const answerHead = (call: Call, { error }: RequestHead): boolean => {
    if (error !== null) throw error;
    checkSerializer(call);
    if (applyCors(call, corsRules)) return true;
    const { expect } = call.req.headers;
    if (expect !== undefined && /^100-continue$/i.test(expect)) call.res.writeContinue();
    return false;
  };

  const pointRoutes = new Set(tsd.ingest.commands.map(({ name }) => `${API}${name}`));

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const head = readHead(req, bodies.refusal(req));
    const held = new RequestMemory(req.socket, options.memory);
    res.once('close', () => held.free());
    if (!held.admitPipelined()) {
      req.socket.destroy();
      return;
    }
    let call = new Call(tsd, req, res, callSettings, head, held);
    try {
      if (answerHead(call, head)) return;
      const bringsPoints = pointRoutes.has(head.route);
      const reading = bodies.read(req, held, bringsPoints);
      const body = reading instanceof Promise ? await reading : reading;
      const turn = held.turn();
      if (turn !== null) {
        await turn.then(nextSlice);
        if (call.clientGone && !bringsPoints) return;
      }
      if (body.length > 0) call = new Call(tsd, req, res, callSettings, head, held, body);
      await dispatch(call, head.route);
    } catch (error) {
      failed(call, error);
    }
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
    void handle(req, res);
  };
}

/** Requests that have waited for their turn follow each other at once: others get theirs between them. */
async function nextSlice(): Promise<void> {
  const slice = new TimeSlice();
  if (slice.isOver()) await slice.next();
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
