import type { Config } from '../types';

/** What a TSD may do: only read, only write, or both. */
export type Mode = 'ro' | 'wo' | 'rw';

/** `ro` and `wo` in any case; anything else reads and writes. */
export function readMode(config: Config): Mode {
  const mode = (config.getString('tsd.mode') ?? '').toLowerCase();
  return mode === 'ro' || mode === 'wo' ? mode : 'rw';
}
