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
