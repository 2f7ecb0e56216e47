import { parseJsonQuery, parseUriQuery, removeDuplicates, type Query, type QueryClient, type ValidQuery } from '../../../query';
import type { HttpCall } from '../types';
import { ClientError } from '../../../util/errors';
import { queryAnswerJson } from './answer-json';

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

  get headers(): ReadonlyMap<string, string> {
    const { rawHeaders } = this;
    const headers = new Map<string, string>();
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.set(rawHeaders[i], rawHeaders[i + 1]);
    return headers;
  }
}

/** `/api/query`: GET, POST and DELETE. Mirrors QueryRpc.handleQuery. */
export async function queryHandler(call: HttpCall): Promise<void> {
  if (OTHER_ENDPOINTS.has(call.path[1]?.toLowerCase())) throw new ClientError(404, 'Endpoint not found');
  call.allowMethods('GET', 'POST', 'DELETE');
  const counters = call.tsd.counters.query;
  let request: Query;
  let query: ValidQuery;
  try {
    request = parse(call);
    removeDuplicates(request);
    query = call.tsd.queries.validate(request);
  } catch (e) {
    counters.invalidRequests++;
    throw e;
  }
  try {
    await answer(call, request, query);
    counters.success++;
  } catch (e) {
    counters.exceptions++;
    throw e;
  }
}

async function answer(call: HttpCall, request: Query, query: ValidQuery): Promise<void> {
  const client = new HttpClient(call.remote, call.req.rawHeaders);
  const found = await call.tsd.queries.execute(query, { client, query: request }, call.signal);
  try {
    await call.sendJsonParts(200, queryAnswerJson(request, query, found, call.hasParam('arrays')), 'lenient');
    found.finish(200, null, !call.signal.aborted);
  } catch (e) {
    const error = e as Error;
    found.finish(error instanceof ClientError ? error.status : 500, error, false);
    throw error;
  }
}
