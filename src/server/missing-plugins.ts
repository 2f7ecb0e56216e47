import { ConfigValueError, KEY_NAMES } from '../config';
import type { PluginSettings } from '../config/settings';

/**
 * Features that exist only as plugins: a daemon that is configured to have one must not start without it.
 * @throws ConfigValueError in the original's words for a plugin that can't be loaded
 */
export function refuseMissingPlugins({ authentication, httpRpc, rpc }: PluginSettings): void {
  if (authentication !== null)
    throw new ConfigValueError(KEY_NAMES.authenticationPlugin, authentication, `Unable to locate authentication plugin: ${authentication}`);
  refuseRpc('HttpRpcPlugin', KEY_NAMES.httpRpcPlugins, httpRpc);
  refuseRpc('RpcPlugin', KEY_NAMES.rpcPlugins, rpc);
}

function refuseRpc(type: string, key: string, list: string | null): void {
  if (list === null) return;
  const [first] = list.split(',');
  // The quote is not closed in the original.
  throw new ConfigValueError(key, list, `Unable to locate class net.opentsdb.tsd.${type} using name '${first}`);
}
