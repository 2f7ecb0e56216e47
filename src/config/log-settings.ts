import type { Config } from './types';

/** What `tsd.log.*` says; a level's name is not checked here. */
export interface LogSettings {
  level: string | undefined;
  /** `tsd.log.level.NAME = LEVEL`, by logger name. */
  levels: ReadonlyMap<string, string>;
  file: string | undefined;
}

const LEVEL = 'tsd.log.level';

export function readLogSettings(config: Config): LogSettings {
  const prefix = `${LEVEL}.`;
  const levels = new Map<string, string>();
  for (const [key, value] of config.entries()) {
    const level = value.trim();
    if (key.startsWith(prefix) && level !== '') levels.set(key.slice(prefix.length), level);
  }
  return { level: config.getString(LEVEL)?.trim() || undefined, levels, file: config.getString('tsd.log.file') ?? undefined };
}
