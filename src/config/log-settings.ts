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
  for (const [key, value] of config.entries()) if (key.startsWith(prefix)) levels.set(key.slice(prefix.length), value.trim());
  return { level: config.getString(LEVEL) ?? undefined, levels, file: config.getString('tsd.log.file') ?? undefined };
}
