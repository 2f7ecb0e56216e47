import type { SearchSettings } from '../config/settings/search';
import { underPlugin, type StatsSink } from '../util/stats';
import { IndexAnswers } from './index-answers';
import { IndexKeeper, type KeeperParts } from './index-keeper';
import { IndexStore } from './index/index-store';
import type { Changes, Search, SearchAnswer, SearchClient, SearchQuery } from './types';

/** The index that is part of the daemon: names and series in local files, kept in line with the tables. */
export class EmbeddedSearch implements Search {
  private readonly keeper: IndexKeeper;
  private readonly answers: IndexAnswers;

  constructor(parts: KeeperParts, settings: SearchSettings) {
    const store = new IndexStore(settings.path, parts.logger);
    this.keeper = new IndexKeeper(store, settings.path, parts);
    this.answers = new IndexAnswers(store, parts.meta, parts.uids.widths, settings);
  }

  open(): Promise<void> {
    return this.keeper.open();
  }

  close(): Promise<void> {
    return this.keeper.close();
  }

  changed(changes: Partial<Changes>): void {
    this.keeper.changed(changes);
  }

  flush(): Promise<void> {
    return this.keeper.flush();
  }

  execute(query: SearchQuery, client: SearchClient): Promise<SearchAnswer> {
    return this.answers.execute(query, client);
  }

  collectStats(sink: StatsSink): Promise<void> | void {
    const out = underPlugin(sink, 'search');
    this.answers.collectStats(out);
    return this.keeper.collectStats(out);
  }
}
