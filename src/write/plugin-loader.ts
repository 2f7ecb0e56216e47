import type { Logger } from 'winston';
import { pluginDirectories } from '../config';
import type { Config } from '../config/types';
import { IllegalArgumentError } from '../util/errors';
import { instanceOfModule } from '../util/module-loader';
import type { DataPointFilter, MetaCache, RtPublisher, StorageExceptionHandler, WritePlugin, WritePlugins } from './plugins';

/** A family of plugins: its keys, the original's word for it, and the method that all of them have. */
interface Family {
  prefix: string;
  what: string;
  method: string;
}

const FILTER: Family = { prefix: 'tsd.timeseriesfilter', what: 'time series filter plugin', method: 'allowDataPoint' };
const PUBLISHER: Family = { prefix: 'tsd.rtpublisher', what: 'real time publisher', method: 'publishDataPoint' };
const META_CACHE: Family = { prefix: 'tsd.core.meta.cache', what: 'meta cache', method: 'increment' };
const EXCEPTION_HANDLER: Family = {
  prefix: 'tsd.core.storage_exception_handler',
  what: 'storage exception handler',
  method: 'handleError',
};

/**
 * The plugins of the write path that the configuration enables: `<prefix>.enable` and `<prefix>.plugin`, the path of a module or the name
 * of a package (see pluginDirectories). When one can't be had, those before it are shut down.
 * @throws Error in the original's words
 */
export async function loadWritePlugins(config: Config, logger: Logger): Promise<WritePlugins> {
  const directories = pluginDirectories(config);
  const loaded: WritePlugin[] = [];
  const load = async <P extends WritePlugin>(family: Family): Promise<P | null> => {
    const plugin = await loadPlugin<P>(config, logger, directories, family);
    if (plugin !== null) loaded.push(plugin);
    return plugin;
  };
  try {
    return {
      publisher: await load<RtPublisher>(PUBLISHER),
      metaCache: await load<MetaCache>(META_CACHE),
      exceptionHandler: await load<StorageExceptionHandler>(EXCEPTION_HANDLER),
      filter: await load<DataPointFilter>(FILTER),
    };
  } catch (error) {
    for (const plugin of loaded) await Promise.resolve(plugin.shutdown?.()).catch(() => undefined);
    throw error;
  }
}

async function loadPlugin<P extends WritePlugin>(
  config: Config,
  logger: Logger,
  directories: readonly string[],
  { prefix, what, method }: Family,
): Promise<P | null> {
  if (!config.getBoolean(`${prefix}.enable`)) return null;
  const name = config.getString(`${prefix}.plugin`) ?? '';
  // The original says the word twice where it has no such plugin, once elsewhere.
  const named = what.endsWith(' plugin') ? what : `${what} plugin`;
  const notFound = `Unable to locate ${what} plugin: ${name}`;
  if (name === '') throw new IllegalArgumentError(notFound);
  let plugin: unknown;
  try {
    plugin = await instanceOfModule(name, directories);
  } catch (cause) {
    throw new IllegalArgumentError(notFound, { cause });
  }
  if (!isPlugin<P>(plugin, method)) throw new IllegalArgumentError(notFound, { cause: new TypeError(`it has no method ${method}`) });
  try {
    await plugin.initialize?.(config, logger);
  } catch (cause) {
    throw new Error(`Failed to initialize ${named}`, { cause });
  }
  logger.info(`Successfully initialized ${named} [${name}] version: ${plugin.version?.() ?? 'unknown'}`);
  return plugin;
}

function isPlugin<P extends WritePlugin>(value: unknown, method: string): value is P {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function';
}
