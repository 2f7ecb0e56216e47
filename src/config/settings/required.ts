import type { Config } from '../types';
import { optionalText } from './read';

/** The settings without which the original's daemon does not start, as far as they are there and can be read. */
export interface RequiredSettings {
  readonly staticRoot: string | null;
  readonly cacheDir: string | null;
  /** `missing`, `invalid`, or a number. */
  readonly port: Readable;
  readonly connectionsLimit: Readable;
  /** Missing is fine. */
  readonly workerThreads: Readable;
}

export type Readable = number | 'missing' | 'invalid';

export function readRequiredSettings(config: Config): RequiredSettings {
  const number = (key: string): Readable => {
    if (!config.has(key)) return 'missing';
    try {
      return config.getInt(key);
    } catch {
      return 'invalid';
    }
  };
  return {
    staticRoot: optionalText(config, 'tsd.http.staticroot'),
    cacheDir: optionalText(config, 'tsd.http.cachedir'),
    port: number('tsd.network.port'),
    connectionsLimit: number('tsd.core.connections.limit'),
    workerThreads: number('tsd.network.worker_threads'),
  };
}
