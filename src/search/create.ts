import { readUidSettings } from '../config/settings';
import type { SearchSettings } from '../config/settings/search';
import type { Config } from '../config/types';
import type { Meta } from '../meta';
import { loadNamedPlugin } from '../plugins';
import { readSeal, type Uids } from '../uid';
import type { Log } from '../util/log';
import { NO_SIBLINGS, type Siblings } from '../workers';
import { EmbeddedSearch } from './embedded-search';
import { FollowingSearch } from './following-search';
import type { Notices, NoticesOf, NoticeUser } from './notices';
import { PluginSearch } from './plugin-search';
import { SEARCH } from './search-plugin';
import type { Search } from './types';

/** What searching is made of. */
export interface SearchParts {
  readonly config: Config;
  readonly meta: Meta;
  readonly uids: Uids;
  readonly uidTable: string;
  readonly logger: Log;
  /** Absent: there are no other workers. */
  readonly siblings?: Siblings;
}

/**
 * The index that the configuration asks for: a plugin's, or without a plugin the daemon's own.
 * @throws PluginNotFoundError `Unable to locate search plugin: NAME`; Error `Failed to initialize search plugin`
 */
export async function createSearch(
  { config, meta, uids, uidTable, logger, siblings = NO_SIBLINGS }: SearchParts,
  settings: SearchSettings,
): Promise<Search> {
  if (settings.plugin !== '') return new PluginSearch(await loadNamedPlugin(SEARCH, config, logger), meta, logger);
  if (!siblings.isKeeper) return new FollowingSearch({ meta, uids, logger }, settings, siblings);
  const { redis } = readUidSettings(config);
  const notices: NoticesOf | undefined =
    redis === null
      ? undefined
      : (user: NoticeUser): Notices => {
          // Loaded only where it is wanted, as the client takes a tenth of a second of every start.
          const { StreamNotices } = require('./redis/stream-notices') as typeof import('./redis/stream-notices');
          return new StreamNotices(redis, () => readSeal(uids.storage, uidTable), user, logger);
        };
  return new EmbeddedSearch({ meta, uids, logger, notices, siblings }, settings);
}
