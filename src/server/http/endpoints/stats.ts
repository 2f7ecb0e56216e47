import { hashMapOrder } from '../../../util/java-hash-order';
import { collectStats, statsLines, type Stat } from '../../stats';
import { sendLegacy } from '../legacy';
import { registryJson } from '../query/registry-json';
import type { HttpCall } from '../types';
import { regionClientsJson } from './region-clients';
import { runtimeStats, threadList } from './runtime-stats';

/** `/api/stats`, its sub-paths, and `/stats`. An unknown sub-path is the plain endpoint. Mirrors StatsRpc. */
export async function stats(call: HttpCall): Promise<void> {
  call.allowMethods('GET', 'POST');
  if (call.apiVersion === 0) return sendText(call);
  switch (call.path[1]?.toLowerCase()) {
    case 'threads':
      return call.sendJson(200, JSON.stringify(threadList()));
    case 'jvm':
      return call.sendJson(200, JSON.stringify(runtimeStats(call.tsd.startedAt)));
    case 'query':
      return call.sendJson(200, registryJson(call.tsd.queries.registry));
    case 'region_clients': {
      const details = call.hasParam('details');
      return call.sendJson(200, regionClientsJson(call.tsd.storage.servers(details), details));
    }
    default:
      return call.sendJson(200, `[${(await collectStats(call.tsd, 'api')).map(statJson).join(',')}]`);
  }
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
