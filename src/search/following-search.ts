import type { SearchSettings } from '../config/settings/search';
import type { Meta } from '../meta';
import { StorageError } from '../storage';
import type { Uids } from '../uid';
import type { Log } from '../util/log';
import { underPlugin, type StatsSink } from '../util/stats';
import type { Siblings } from '../workers';
import { ChangeQueue } from './change-queue';
import { IndexAnswers } from './index-answers';
import { IndexStore } from './index/index-store';
import { INDEX_CHANGES, INDEX_MISSED, INDEX_OPENED } from './index-topics';
import type { Changes, Search, SearchAnswer, SearchClient, SearchQuery } from './types';

/** The search of a worker that does not keep the index: it reads it, and tells the keeper what has changed. */
export class FollowingSearch implements Search {
  private readonly store: IndexStore;
  private readonly answers: IndexAnswers;
  private readonly queue: ChangeQueue;
  private isOpen = false;

  constructor(
    { meta, uids, logger }: { meta: Meta; uids: Uids; logger: Log },
    settings: SearchSettings,
    private readonly siblings: Siblings,
  ) {
    this.store = new IndexStore(settings.path, logger);
    this.answers = new IndexAnswers(this.store, meta, uids.widths, settings);
    const work = {
      take: (changes: Changes) => this.tell(changes),
      lost: () => void siblings.askKeeper(INDEX_MISSED, null).catch(() => undefined),
    };
    this.queue = new ChangeQueue(work, logger);
    this.queue.listenTo(meta);
  }

  /** Waits for the keeper, which makes the index where there is none. */
  async open(): Promise<void> {
    const opened = new Promise<void>((resolve) => this.siblings.onKeeper(resolve));
    // Refused as long as the keeper has not opened it.
    await this.siblings.askKeeper(INDEX_OPENED, null).catch(() => opened);
    await this.store.open();
    this.isOpen = true;
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    await this.queue.close();
    await this.store.close();
  }

  changed(changes: Partial<Changes>): void {
    this.queue.add(changes);
  }

  flush(): Promise<void> {
    return this.queue.flush();
  }

  execute(query: SearchQuery, client: SearchClient): Promise<SearchAnswer> {
    return this.answers.execute(query, client);
  }

  collectStats(sink: StatsSink): void {
    this.answers.collectStats(underPlugin(sink, 'search'));
  }

  private async tell(changes: Changes): Promise<void> {
    try {
      await this.siblings.askKeeper(INDEX_CHANGES, changes);
    } catch (cause) {
      throw new StorageError('the worker that keeps the search index did not take it in', { cause });
    }
  }
}
