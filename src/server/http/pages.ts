import express, { type NextFunction, type Request, type Response } from 'express';
import type { Call } from './call';
import type { HttpHandler } from './types';

const CALL = Symbol('call');
type Carrier = Request & { [CALL]?: Call };

/** Answers a call for a page. */
export type Pages = (call: Call, route: string) => void;

/**
 * The Express application for everything that a browser asks for outside of `/api`. The API itself is a table of its own: layers of a
 * router cost as much as the answer to a small query or a small batch of points.
 * @param failed answers a call whose handler threw
 */
export function createPages(routes: Iterable<[route: string, handler: HttpHandler]>, failed: (call: Call, error: unknown) => void): Pages {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  for (const [route, handler] of routes) app.all(`/${route}`, (req: Carrier) => handler(callOf(req)));
  app.use((req: Carrier) => callOf(req).sendNotFound());
  app.use((error: unknown, req: Carrier, _res: Response, _next: NextFunction) => failed(callOf(req), error));
  return (call, route) => {
    const req = call.req as Carrier;
    req[CALL] = call;
    req.url = `/${route}`;
    app(req, call.res as Response);
  };
}

function callOf(req: Carrier): Call {
  const call = req[CALL];
  if (call === undefined) throw new Error('A request that never became a call');
  return call;
}
