import type { Config } from '../types';
import { optionalText } from './read';

/** `tsd.core.timezone`: zone of absolute dates without one, and of calendar downsampling; null: the system's. Not yet checked. */
export function readTimeZone(config: Config): string | null {
  return optionalText(config, 'tsd.core.timezone');
}
