import type { Config } from '../config/types';
import { IllegalStateError } from '../util/errors';

/** Features that are only there as plugins: who asks for one must not get a daemon without it. */
const PLUGINS: readonly (readonly [enable: string, plugin: string, what: string])[] = [
  ['tsd.core.authentication.enable', 'tsd.core.authentication.plugin', 'authentication plugin'],
  ['tsd.search.enable', 'tsd.search.plugin', 'search plugin'],
];

const RPC_PLUGINS: readonly (readonly [key: string, type: string])[] = [
  ['tsd.http.rpc.plugins', 'HttpRpcPlugin'],
  ['tsd.rpc.plugins', 'RpcPlugin'],
];

/** @throws Error in the original's words for a plugin that can't be had */
export function refuseMissingPlugins(config: Config): void {
  for (const [enable, plugin, what] of PLUGINS) {
    if (config.getBoolean(enable)) throw new Error(`Unable to locate ${what}: ${config.getString(plugin) ?? ''}`);
  }
  for (const [key, type] of RPC_PLUGINS) {
    const [first] = (config.getString(key) ?? '').split(',');
    // The quote is not closed in the original.
    if (config.has(key)) throw new IllegalStateError(`Unable to locate class net.opentsdb.tsd.${type} using name '${first}`);
  }
}
