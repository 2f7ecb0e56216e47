import type { Config } from '../config/types';
import { PluginLoader } from '../plugins';
import type { Log } from '../util/log';
import { EXCEPTION_HANDLER, FILTER, META_CACHE, PUBLISHER } from './plugin-kinds';
import type { WritePlugins } from './plugins';

/**
 * The plugins of the write path that the configuration enables, initialised.
 * @throws PluginNotFoundError, Error in the original's words; nothing is left open then
 */
export async function loadWritePlugins(config: Config, logger: Log): Promise<WritePlugins> {
  const loader = new PluginLoader(config, logger);
  return {
    publisher: await loader.load(PUBLISHER),
    metaCache: await loader.load(META_CACHE),
    exceptionHandler: await loader.load(EXCEPTION_HANDLER),
    filter: await loader.load(FILTER),
  };
}
