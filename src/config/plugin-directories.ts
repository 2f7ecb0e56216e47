import type { Config } from './types';

/**
 * Where modules named in the configuration are looked for: `tsd.core.plugin_path`, the directory of the configuration's file, the
 * working directory. The first need not exist: packaged configuration files name one that is for Java's plugins.
 */
export function pluginDirectories(config: Config): string[] {
  const path = config.getString('tsd.core.plugin_path') ?? '';
  return [path, config.directory ?? '', process.cwd()].filter((directory) => directory !== '');
}
