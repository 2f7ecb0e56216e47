import { bean, boolean, int, list, map, readBody, string, strings } from '../../../json';
import type { LastQuery, LastSubQuery } from '../../../query';
import { nullPointer } from '../json-body';
import type { HttpCall } from '../types';

type Draft<T> = { -readonly [K in keyof T]: T[K] };

const TAGS = map('java.util.LinkedHashMap', string);

const SUB_QUERY = bean<Draft<LastSubQuery>>({
  type: 'net.opentsdb.tsd.QueryRpc$LastPointSubQuery',
  unknown: 'refused',
  create: () => ({ metric: null, tags: null, tsuids: null }),
  setters: {
    metric: (sub, json) => (sub.metric = string(json)),
    tags: (sub, json) => (sub.tags = TAGS(json)),
    tsuids: (sub, json) => (sub.tsuids = strings(json)),
  },
});
const SUB_QUERIES = list(SUB_QUERY);

const LAST_QUERY = bean<Draft<LastQuery>>({
  type: 'net.opentsdb.tsd.QueryRpc$LastPointQuery',
  unknown: 'refused',
  create: () => ({ queries: [], resolveNames: false, backScan: 0 }),
  setters: {
    resolveNames: (query, json) => (query.resolveNames = boolean(json)),
    queries: (query, json) => (query.queries = SUB_QUERIES(json) ?? []),
    backScan: (query, json) => (query.backScan = int(json)),
  },
});

/** @throws ClientError 400; 500 for null */
export function readLastBody(call: HttpCall): LastQuery {
  const query = readBody(call.bodyText(), LAST_QUERY);
  if (query === null) throw nullPointer();
  return query;
}
