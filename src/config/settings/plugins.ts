import type { Config } from '../types';
import { optionalText } from './read';

/** Plugins that the configuration asks for and that only exist as plugins: a name each, null where none is asked for. */
export interface PluginSettings {
  readonly authentication: string | null;
  /** Lists as they stand in the file. */
  readonly httpRpc: string | null;
  readonly rpc: string | null;
}

export function readPluginSettings(config: Config): PluginSettings {
  const enabled = (family: string): string | null =>
    config.getBoolean(`${family}.enable`) ? (config.getString(`${family}.plugin`) ?? '') : null;
  return {
    authentication: enabled('tsd.core.authentication'),
    httpRpc: optionalText(config, 'tsd.http.rpc.plugins'),
    rpc: optionalText(config, 'tsd.rpc.plugins'),
  };
}

/** Plugins that see points, names or searches. */
const WATCHING = ['tsd.rtpublisher', 'tsd.timeseriesfilter', 'tsd.core.storage_exception_handler', 'tsd.core.meta.cache', 'tsd.uidfilter'];

/** Whether a plugin is asked for that may rely on seeing everything in one process. */
export function hasWatchingPlugins(config: Config): boolean {
  const searches = config.getBoolean('tsd.search.enable') && optionalText(config, 'tsd.search.plugin') !== null;
  return searches || WATCHING.some((family) => config.getBoolean(`${family}.enable`));
}
