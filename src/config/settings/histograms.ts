import type { Config } from '../types';
import { optionalText } from './read';

/** The codecs of histograms by id: JSON, or the path of a `.json` file. Null: histograms are off. */
export function readHistogramCodecs(config: Config): string | null {
  return optionalText(config, 'tsd.core.histograms.config');
}
