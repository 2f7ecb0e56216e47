import type { Config } from '../types';
import { intOf, optionalText, textOf } from './read';

/** What the configuration says about rollups and pre-aggregates, where they are on. */
export interface RollupSettings {
  /** Intervals and aggregators: JSON, or the path of a `.json` file; null: not said. */
  readonly config: string | null;
  /** Rollups of raw data get the aggregate tag, too. */
  readonly tagRaw: boolean;
  /** Key of the tag that says what a series is an aggregate of, and its value for those that are of nothing. */
  readonly aggregateTag: string;
  readonly rawValue: string;
  /** Averages and deviations are not stored. */
  readonly blockDerived: boolean;
  /** What is younger than an interval's delay is read from the raw table. */
  readonly splitQueries: boolean;
}

/** How a daemon computes rollups of raw points. */
export interface RollupComputeSettings {
  /** Seconds after an hour at which it is rolled up. */
  readonly delay: number;
  /** Points read in a second; 0: as many as can be. */
  readonly pointsPerSecond: number;
  /** Ranges, of one metric behind one salt, that are read at once. */
  readonly threads: number;
  /** File that says how far it came; null: none. */
  readonly journal: string | null;
}

/** Null: it computes none. @throws NumberFormatError */
export function readRollupComputeSettings(config: Config): RollupComputeSettings | null {
  if (!config.getBoolean('tsd.rollups.compute.enable')) return null;
  return {
    delay: intOf(config, 'tsd.rollups.compute.delay'),
    pointsPerSecond: intOf(config, 'tsd.rollups.compute.rate'),
    threads: intOf(config, 'tsd.rollups.compute.threads'),
    journal: optionalText(config, 'tsd.rollups.compute.journal'),
  };
}

/** Null: rollups are off, and whatever else is said of them means nothing. */
export function readRollupSettings(config: Config): RollupSettings | null {
  if (!config.getBoolean('tsd.rollups.enable')) return null;
  return {
    config: optionalText(config, 'tsd.rollups.config'),
    tagRaw: config.getBoolean('tsd.rollups.tag_raw'),
    aggregateTag: textOf(config, 'tsd.rollups.agg_tag_key'),
    rawValue: textOf(config, 'tsd.rollups.raw_agg_tag_value'),
    blockDerived: config.getBoolean('tsd.rollups.block_derived'),
    splitQueries: config.getBoolean('tsd.rollups.split_query.enable'),
  };
}
