import {
  parseJsonQuery,
  parseUriQuery,
  queryAnswerJson,
  removeDuplicates,
  runStatsJson,
  type Query,
  type QueryClient,
  type ValidQuery,
} from '../../query';
import type { HttpCall } from './types';
import { ClientError } from '../../util/errors';

/** Sub-paths that are endpoints of their own; any other is ignored. */
const OTHER_ENDPOINTS: ReadonlySet<string> = new Set(['exp', 'gexp', 'last']);

function parse(call: HttpCall): Query {
  if (call.method === 'POST') return parseJsonQuery(call.bodyText());
  const query = parseUriQuery({
    has: (name) => call.hasParam(name),
    last: (name) => call.param(name),
    all: (name) => call.params.get(name) ?? [],
  });
  // An override to DELETE that isn't allowed reads, as if it weren't there.
  query.delete =
    call.method === 'DELETE' || (call.effectiveMethod() === 'DELETE' && call.tsd.config.getBoolean('tsd.http.query.allow_delete'));
  return query;
}

/** Who asks; the headers are put in order only when somebody looks at them. */
class HttpClient implements QueryClient {
  constructor(
    readonly remote: string,
    private readonly rawHeaders: readonly string[],
  ) {}

  get headers(): Readonly<Record<string, string>> {
    const { rawHeaders } = this;
    const headers: Record<string, string> = {};
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers[rawHeaders[i]] = rawHeaders[i + 1];
    return headers;
  }
}

/** `/api/query`: GET, POST and DELETE. Mirrors QueryRpc.handleQuery. */
export async function queryHandler(call: HttpCall): Promise<void> {
  if (OTHER_ENDPOINTS.has(call.path[1]?.toLowerCase())) throw new ClientError(404, 'Endpoint not found');
  call.allowMethods('GET', 'POST', 'DELETE');
  const counters = call.tsd.counters.query;
  let query: ValidQuery;
  try {
    const parsed = parse(call);
    removeDuplicates(parsed);
    query = call.tsd.queries.validate(parsed);
  } catch (e) {
    counters.invalidRequests++;
    throw e;
  }
  try {
    await answer(call, query);
    counters.success++;
  } catch (e) {
    counters.exceptions++;
    throw e;
  }
}

async function answer(call: HttpCall, query: ValidQuery): Promise<void> {
  const found = await call.tsd.queries.execute(query, new HttpClient(call.remote, call.req.rawHeaders), call.signal);
  const options = {
    arrays: call.hasParam('arrays'),
    globalAnnotations: found.globalAnnotations,
    summary: query.source.showSummary ? (): string => runStatsJson(found.stats, true) : null,
  };
  try {
    const json = queryAnswerJson(query, found.results(), options, found.breather);
    if (typeof json === 'string') call.sendJson(200, json, 'lenient');
    else await call.sendJsonParts(200, json, 'lenient');
    found.finish(200, null, !call.signal.aborted);
  } catch (e) {
    const error = e as Error;
    found.finish(error instanceof ClientError ? error.status : 500, error, false);
    throw error;
  }
}
