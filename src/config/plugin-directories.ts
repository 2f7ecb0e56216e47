import { statSync } from 'node:fs';
import type { Config } from './types';

/**
 * Where modules named in the configuration are looked for: `tsd.core.plugin_path`, the directory of the configuration's file, the
 * working directory.
 * @throws Error in the original's words when `tsd.core.plugin_path` is no directory
 */
export function pluginDirectories(config: Config): string[] {
  const path = config.getString('tsd.core.plugin_path') ?? '';
  if (path !== '' && statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Error(`Error loading plugins from plugin path: ${path}`, { cause: new Error('The path specified was not a directory') });
  return [path, config.directory ?? '', process.cwd()].filter((directory) => directory !== '');
}
