import type { Config } from '../config/types';
import { GuardedPlugin, loadPlugin, type PluginKind } from '../plugins';
import { SILENT_LOG, type Log } from '../util/log';
import type { UidFilter } from './filter';
import { GuardedFilter } from './filter-guard';
import { WHITELIST_CLASS, WhitelistFilter } from './whitelist-filter';

const UID_FILTER: PluginKind<UidFilter> = {
  prefix: 'tsd.uidfilter',
  what: 'UID filter plugin',
  notFound: (name) => `Unable to locate UID filter plugin plugin: ${name}`,
  methods: ['allow'],
  role: 'uidFilter',
  statsName: 'uidFilter',
  shipped: new Map([[WHITELIST_CLASS, () => new WhitelistFilter()]]),
};

/**
 * The UID filter that the configuration names, initialised; null when it names none.
 * @throws PluginNotFoundError `Unable to locate UID filter plugin plugin: NAME`; Error `Failed to initialize UID filter plugin`
 */
export async function loadFilter(config: Config, logger: Log = SILENT_LOG): Promise<GuardedFilter | null> {
  const filter = await loadPlugin(UID_FILTER, config, logger);
  return filter && new GuardedFilter(new GuardedPlugin(filter, UID_FILTER, logger));
}
