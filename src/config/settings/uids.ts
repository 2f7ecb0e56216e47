import type { Config } from '../types';
import { readMode, type Mode } from './mode';
import { optionalText, textOf } from './read';

/** What the configuration says about names and their UIDs. */
export interface UidSettings {
  /** How names stand in the UID table; not yet checked. */
  readonly charset: string | null;
  /** Further characters that names may have. */
  readonly specialCharacters: string | null;
  /** Metrics get random UIDs. */
  readonly randomMetrics: boolean;
  /** Kinds whose unknown names get a UID when a point is written. */
  readonly autoCreate: { readonly metrics: boolean; readonly tagk: boolean; readonly tagv: boolean };
  /** Most names and ids of a cache; null: no bound. */
  readonly cacheLimits: { readonly names: number; readonly ids: number } | null;
  /** With `tsd.uid.use_mode` the caches keep what this mode needs, without it everything. */
  readonly cacheMode: Mode;
  /** Most entries that are read into the caches before the first look-up; null: none are. */
  readonly preload: number | null;
  /** The shared cache; null: none. */
  readonly redis: RedisSettings | null;
}

export interface RedisSettings {
  readonly url: string;
  readonly timeoutMs: number;
  readonly ttlSeconds: number;
}

/** @throws NumberFormatError */
export function readUidSettings(config: Config): UidSettings {
  const url = optionalText(config, 'tsd.redis.url');
  return {
    charset: config.getString('tsd.core.uid.charset'),
    specialCharacters: config.getString('tsd.core.tag.allow_specialchars'),
    randomMetrics: config.getBoolean('tsd.core.uid.random_metrics'),
    autoCreate: {
      metrics: config.getBoolean('tsd.core.auto_create_metrics'),
      tagk: config.getBoolean('tsd.core.auto_create_tagks'),
      tagv: config.getBoolean('tsd.core.auto_create_tagvs'),
    },
    cacheLimits: config.getBoolean('tsd.uid.lru.enable')
      ? { names: config.getInt('tsd.uid.lru.name.size'), ids: config.getInt('tsd.uid.lru.id.size') }
      : null,
    cacheMode: config.getBoolean('tsd.uid.use_mode') ? readMode(config) : 'rw',
    preload: config.getBoolean('tsd.core.preload_uid_cache') ? config.getInt('tsd.core.preload_uid_cache.max_entries') : null,
    redis: url === null ? null : { url, timeoutMs: config.getInt('tsd.redis.timeout'), ttlSeconds: config.getInt('tsd.redis.ttl') },
  };
}

/** Which new names the shipped UID filter lets pass. */
export interface WhitelistSettings {
  /** Regular expression that separates the patterns of a list. */
  readonly delimiter: string;
  /** Lists by kind; empty: any name passes. */
  readonly patterns: { readonly metrics: string; readonly tagk: string; readonly tagv: string };
}

export function readWhitelistSettings(config: Pick<Config, 'getString'>): WhitelistSettings {
  const text = (name: string): string => textOf(config, `tsd.uidfilter.whitelist.${name}`);
  return {
    delimiter: text('delimiter'),
    patterns: { metrics: text('metric_patterns'), tagk: text('tagk_patterns'), tagv: text('tagv_patterns') },
  };
}
