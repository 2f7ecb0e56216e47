import type { Tsd } from '../context';
import { aggregators } from './endpoints/aggregators';
import { annotation, annotations } from './endpoints/annotation';
import { config } from './endpoints/config';
import { dieDieDie } from './endpoints/diediedie';
import { dropCaches } from './endpoints/dropcaches';
import { home } from './endpoints/home';
import { logs } from './endpoints/logs';
import { serializers } from './endpoints/serializers';
import { favicon, staticFile } from './endpoints/static-file';
import { stats } from './endpoints/stats';
import { suggest } from './endpoints/suggest';
import { uid } from './endpoints/uid';
import { version } from './endpoints/version';
import { ingestHandler } from './ingest';
import { onDemand } from './on-demand';
import { queryHandler } from './query/handler';
import type { HttpHandler } from './types';

type Routes = Readonly<Record<string, HttpHandler>>;

const graph = onDemand(() => (require('./graph/handler') as typeof import('./graph/handler')).graph);
const search = onDemand(() => (require('./search/search') as typeof import('./search/search')).search);
const tree = onDemand(() => (require('./tree/handler') as typeof import('./tree/handler')).tree);

const WRITING_API: Routes = { 'api/uid': uid, 'api/annotation': annotation, 'api/annotations': annotations, 'api/tree': tree };
const READING_API: Routes = { 'api/query': queryHandler, 'api/suggest': suggest, 'api/search': search };
const API: Routes = {
  'api/aggregators': aggregators,
  'api/config': config,
  'api/dropcaches': dropCaches,
  'api/serializers': serializers,
  'api/stats': stats,
  'api/version': version,
};
const READING_UI: Routes = { '': home, s: staticFile, 'favicon.ico': favicon, suggest, q: graph };
const UI: Routes = { aggregators, dropcaches: dropCaches, logs, stats, version };

/** The endpoints that this daemon's mode and switches leave, by route. Mirrors RpcManager.initializeBuiltinRpcs. */
export function routesOf(tsd: Pick<Tsd, 'settings' | 'mode' | 'ingest'>): Map<string, HttpHandler> {
  const { enableApi: api, enableUi: ui, dieDieDie: mayBeStopped } = tsd.settings;
  // The busiest first: the router tries them in this order.
  const groups: Routes[] = [];
  if (api && tsd.mode !== 'ro') {
    groups.push(Object.fromEntries(tsd.ingest.commands.map((command) => [`api/${command.name}`, ingestHandler(command)])));
    groups.push(WRITING_API);
  }
  if (api && tsd.mode !== 'wo') groups.push(READING_API);
  if (api) groups.push(API);
  if (ui && tsd.mode !== 'wo') groups.push(READING_UI);
  if (ui) groups.push(UI);
  if (ui && mayBeStopped) groups.push({ diediedie: dieDieDie });
  return new Map(groups.flatMap((group) => Object.entries(group)));
}
