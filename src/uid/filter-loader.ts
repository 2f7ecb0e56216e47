import { pluginDirectories } from '../config';
import type { Config } from '../config/types';
import { IllegalArgumentError } from '../util/errors';
import { instanceOfModule } from '../util/module-loader';
import type { UidFilter } from './filter';
import { GuardedFilter } from './filter-guard';
import { SILENT_LOG, type Log } from '../util/log';
import { WHITELIST_CLASS, WhitelistFilter } from './whitelist-filter';

/**
 * The UID filter that the configuration names, initialised; null when it names none. `tsd.uidfilter.plugin` is the shipped whitelist's class
 * name, the path of a module or the name of a package (see pluginDirectories).
 * @throws IllegalArgumentError `Unable to locate UID filter plugin plugin: NAME`; Error `Failed to initialize UID filter plugin`
 */
export async function loadFilter(config: Config, logger: Log = SILENT_LOG): Promise<UidFilter | null> {
  if (!config.getBoolean('tsd.uidfilter.enable')) return null;
  const name = config.getString('tsd.uidfilter.plugin') ?? '';
  const filter = name === WHITELIST_CLASS ? new WhitelistFilter() : await loadModule(name, config);
  try {
    await filter.initialize?.(config);
  } catch (cause) {
    throw new Error('Failed to initialize UID filter plugin', { cause });
  }
  logger.info(`Successfully initialized UID filter plugin [${name}] version: ${filter.version?.() ?? 'unknown'}`);
  return new GuardedFilter(filter, logger);
}

async function loadModule(name: string, config: Config): Promise<UidFilter> {
  const directories = pluginDirectories(config);
  try {
    const filter = (name === '' ? null : await instanceOfModule(name, directories)) as UidFilter | null;
    if (typeof filter?.allow !== 'function') throw new TypeError('it has no method allow');
    return filter;
  } catch (cause) {
    throw new IllegalArgumentError(`Unable to locate UID filter plugin plugin: ${name}`, { cause });
  }
}
