import type { Config } from '../types';
import { textOf } from './read';

/** What the configuration says about searching metadata. */
export interface SearchSettings {
  /** Name of a plugin; empty: the index that is part of the daemon. */
  readonly plugin: string;
  /** Directory of the index. */
  readonly path: string;
  /** Most results of one answer. */
  readonly maxResults: number;
  /** Milliseconds that a search may take. */
  readonly timeoutMs: number;
}

/** Null: there is no searching. */
export function readSearchSettings(config: Config): SearchSettings | null {
  return config.getBoolean('tsd.search.enable') ? searchSettings(config) : null;
}

/** The same, also where it is off. */
export function searchSettings(config: Config): SearchSettings {
  return {
    plugin: textOf(config, 'tsd.search.plugin'),
    path: textOf(config, 'tsd.search.path'),
    maxResults: config.getInt('tsd.search.max_results'),
    timeoutMs: config.getInt('tsd.search.timeout'),
  };
}
