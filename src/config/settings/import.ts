import type { Config } from '../types';
import { readTimeZone } from './time-zone';

/** What the configuration says about importing files of points. */
export interface ImportSettings {
  /** Points of a series may come out of order. */
  readonly anyOrder: boolean;
  /** Zone of the dates in messages; null: the system's. */
  readonly timeZone: string | null;
}

export function readImportSettings(config: Config): ImportSettings {
  return { anyOrder: config.getBoolean('tsd.core.bulk.allow_out_of_order_timestamps'), timeZone: readTimeZone(config) };
}
