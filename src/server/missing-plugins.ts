import type { PluginSettings } from '../config/settings';
import { IllegalStateError } from '../util/errors';

/**
 * Features that exist only as plugins: a daemon that is configured to have one must not start without it.
 * @throws Error in the original's words for a plugin that can't be loaded
 */
export function refuseMissingPlugins({ authentication, httpRpc, rpc }: PluginSettings): void {
  if (authentication !== null) throw new Error(`Unable to locate authentication plugin: ${authentication}`);
  refuseRpc('HttpRpcPlugin', httpRpc);
  refuseRpc('RpcPlugin', rpc);
}

function refuseRpc(type: string, list: string | null): void {
  if (list === null) return;
  const [first] = list.split(',');
  // The quote is not closed in the original.
  throw new IllegalStateError(`Unable to locate class net.opentsdb.tsd.${type} using name '${first}`);
}
