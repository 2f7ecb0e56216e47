import { ClientError } from '../../../util/errors';
import { hashMapOrder } from '../../../util/java-hash-order';
import { parseInt32 } from '../../../util/java-long';
import { TimeSlice } from '../../../util/time-slice';
import { collectStats, statsLines, type Stat } from '../../stats';
import { sendLegacy } from '../legacy';
import { registryJson } from '../query/registry-json';
import type { HttpCall } from '../types';
import type { ServerState } from '../../../storage';
import type { Tsd } from '../../context';
import { END_QUERY, QUERIES, REGION_CLIENTS, RUNTIME_STATS } from '../../sibling-topics';
import { mergeServers, regionClientsJson } from './region-clients';
import { mergeRuntimeStats, runtimeStats, threadList, type RuntimeStats } from './runtime-stats';

/** `/api/stats`, its sub-paths, and `/stats`. An unknown sub-path is the plain endpoint. Mirrors StatsRpc. */
export async function stats(call: HttpCall): Promise<void> {
  const section = call.apiVersion === 0 ? undefined : call.path[1]?.toLowerCase();
  if (section === 'query' && call.method === 'DELETE') return endQuery(call);
  call.allowMethods('GET', 'POST');
  if (call.apiVersion === 0) return sendText(call);
  switch (section) {
    case 'threads':
      return call.sendJson(200, JSON.stringify(threadList(call.tsd.siblings.count)));
    case 'jvm':
      return call.sendJson(200, JSON.stringify(await runtimeOfAll(call.tsd)));
    case 'query':
      return call.sendJsonParts(200, inSlices(await queriesOfAll(call.tsd), call.signal));
    case 'region_clients': {
      const details = call.hasParam('details');
      return call.sendJson(200, regionClientsJson(await serversOfAll(call.tsd, details), details));
    }
    default:
      return call.sendJson(200, `[${(await collectStats(call.tsd, 'api')).map(statJson).join(',')}]`);
  }
}

async function runtimeOfAll({ startedAt, siblings }: Tsd): Promise<RuntimeStats> {
  return mergeRuntimeStats([runtimeStats(startedAt), ...(await siblings.ask(RUNTIME_STATS, null))]);
}

async function queriesOfAll({ queries: { registry }, siblings }: Tsd): Promise<Iterable<string>> {
  return registryJson(registry, await siblings.ask(QUERIES, null));
}

async function serversOfAll({ storage, siblings }: Tsd, details: boolean): Promise<readonly ServerState[]> {
  const all = [storage.servers(details), ...(await siblings.ask(REGION_CLIENTS, details))];
  return details ? all.flat() : mergeServers(all.flat());
}

/** Others have their turn between the parts. */
async function* inSlices(parts: Iterable<string>, signal: AbortSignal): AsyncGenerator<string> {
  const slice = new TimeSlice(signal);
  for (const part of parts) {
    yield part;
    if (slice.isOver()) await slice.next();
  }
}

/** Ends a running query by its `id`. @throws ClientError 400, 404 */
async function endQuery(call: HttpCall): Promise<void> {
  const text = call.requiredParam('query');
  const id = parseInt32(text);
  if (id === null) throw new ClientError(400, "Unable to convert 'query' to a valid number");
  const { queries, siblings } = call.tsd;
  const stopped = queries.registry.stop(id) || (await siblings.ask(END_QUERY, id)).includes(true);
  if (!stopped) throw new ClientError(404, 'No such query is running', `Query: ${text}`);
  call.sendEmpty(204);
}

/** `/stats`: lines as telnet's, or with `json` a list of them. */
async function sendText(call: HttpCall): Promise<void> {
  const lines = await statsLines(call.tsd);
  sendLegacy(call, call.hasParam('json') ? JSON.stringify(lines) : lines.map((line) => `${line}\n`).join(''));
}

function statJson({ metric, timestamp, value, tags }: Stat): string {
  const values = new Map(tags);
  const ordered = hashMapOrder(values.keys()).map((key) => `${JSON.stringify(key)}:${JSON.stringify(values.get(key))}`);
  return `{"metric":${JSON.stringify(metric)},"timestamp":${timestamp},"value":${JSON.stringify(value)},"tags":{${ordered.join(',')}}}`;
}
