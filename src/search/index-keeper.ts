import type { KindedUid, Meta } from '../meta';
import type { Uids } from '../uid';
import { lockDirectory } from '../util/directory-lock';
import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import type { StatsSink } from '../util/stats';
import { sharedAborter } from '../util/stop-signal';
import { withinTime } from '../util/within-time';
import { ChangeQueue } from './change-queue';
import { Comparison, type ComparisonOutcome } from './comparison';
import { IndexState } from './index/index-state';
import type { IndexStore } from './index/index-store';
import { IndexWriter } from './index/index-writer';
import { NO_SIBLINGS, type Siblings } from '../workers';
import { INDEX_CHANGES, INDEX_MISSED, INDEX_OPENED } from './index-topics';
import type { Notices, NoticesOf } from './notices';
import type { Changes } from './types';

/** Part of a daemon's time that a comparison with the tables may take. */
const COMPARISON_SHARE = 0.5;
/** Milliseconds until a comparison that failed is tried again. */
const RETRY_MS = 10_000;

/** What the index follows. */
export interface KeeperParts {
  readonly meta: Meta;
  readonly uids: Uids;
  readonly logger: Log;
  /** News of other daemons; absent: there are none. */
  readonly notices?: NoticesOf;
  /** Workers of the same daemon, which tell what they change; absent: there are none. */
  readonly siblings?: Siblings;
}

/**
 * Keeps the index in line with the tables. It holds nothing that the tables don't. So whatever could have made it miss something (the process was
 * killed, news of other daemons were lost, too much changed at once) is mended in one way: it is compared with the tables as a whole, in the background.
 */
export class IndexKeeper {
  private readonly state: IndexState;
  private readonly writer: IndexWriter;
  private readonly queue: ChangeQueue;
  private readonly notices: Notices | null;
  private readonly ending = sharedAborter();
  /** What is written to the index, one after the other. */
  private writing: Promise<unknown> = Promise.resolve();
  private comparing: Promise<void> | null = null;
  private mayDiffer = false;
  private unlock: (() => void) | null = null;
  private isOpen = false;
  private comparisons = 0;

  /** @param store not opened yet: that and its end are the keeper's work */
  constructor(
    private readonly store: IndexStore,
    private readonly path: string,
    private readonly parts: KeeperParts,
  ) {
    const { meta, uids, logger, notices, siblings = NO_SIBLINGS } = parts;
    this.state = new IndexState(store);
    this.writer = new IndexWriter(store, { meta, uids });
    this.queue = new ChangeQueue({ take: (batch) => this.take(batch), lost: () => this.missed() }, logger);
    const take = async (changes: Changes): Promise<void> => void (await this.refresh(changes));
    this.notices = notices?.({ state: this.state, take, missed: () => this.missed() }) ?? null;
    this.queue.listenTo(meta);
    this.answerSiblings(siblings);
  }

  private answerSiblings(siblings: Siblings): void {
    const whenOpen = async (work: () => Promise<void> | void): Promise<null> => {
      if (!this.isOpen) throw new Error('the index is not open');
      await work();
      return null;
    };
    siblings.answer(INDEX_OPENED, () => whenOpen(() => undefined));
    siblings.answer(INDEX_CHANGES, (changes) => whenOpen(() => this.take(changes)));
    siblings.answer(INDEX_MISSED, () => whenOpen(() => this.missed()));
  }

  /** @throws IllegalStateError when another daemon has the index, StorageError */
  async open(): Promise<void> {
    await this.store.open();
    try {
      this.unlock = lockDirectory(this.path, 'The search index');
    } catch (error) {
      await this.store.close();
      throw error;
    }
    const isWhole = await this.state.begin();
    await this.notices?.open();
    this.isOpen = true;
    if (!isWhole || this.mayDiffer) this.missed();
  }

  /** Takes in what has changed so far, and closes the store, too. */
  async close(): Promise<void> {
    if (this.isOpen) {
      this.isOpen = false;
      await this.queue.close();
      await this.notices?.close();
      this.ending.abort(new Error('The daemon ends'));
      await this.comparing;
      await this.writing;
      if (!this.mayDiffer) await this.state.end();
    }
    await this.store.close();
    this.unlock?.();
  }

  changed(changes: Partial<Changes>): void {
    this.queue.add(changes);
  }

  /** Resolves when what has changed so far is taken in, and a comparison that is under way has ended. */
  async flush(): Promise<void> {
    await this.queue.flush();
    while (this.comparing !== null) await this.comparing;
  }

  collectStats(sink: StatsSink): Promise<void> | void {
    sink.record('search.changes', this.queue.taken, { type: 'done' });
    sink.record('search.changes', this.queue.waiting, { type: 'waiting' });
    sink.record('search.changes', this.queue.failures, { type: 'failed' });
    sink.record('search.comparisons', this.comparisons, { type: 'done' });
    sink.record('search.comparisons', this.comparing === null ? 0 : 1, { type: 'running' });
    return this.notices?.collectStats(sink);
  }

  private async take(batch: Changes): Promise<void> {
    await this.refresh(batch);
    await this.notices?.publish(batch);
  }

  private refresh(changes: Partial<Changes>): Promise<number> {
    return this.alone(() => this.writer.refresh(changes));
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.writing.then(work);
    this.writing = result.catch(() => undefined);
    return result;
  }

  /** The index may have missed something. */
  private missed(): void {
    this.mayDiffer = true;
    if (!this.isOpen || this.ending.signal.aborted) return;
    this.comparing ??= this.compareUntilAlike().finally(() => (this.comparing = null));
  }

  private async compareUntilAlike(): Promise<void> {
    const { logger } = this.parts;
    while (this.mayDiffer && !this.ending.signal.aborted) {
      this.mayDiffer = false;
      try {
        logger.info('The search index is compared with the tables');
        const { uids, series, notes } = await this.compare();
        this.comparisons++;
        logger.info(`The search index is in line with the tables: ${series} series, ${uids} UIDs and ${notes} annotations were not`);
      } catch (error) {
        this.mayDiffer = true;
        if (this.ending.signal.aborted) return;
        logger.error(`The search index could not be compared with the tables, trying again: ${messageOf(error)}`);
        await this.pause();
      }
    }
  }

  private compare(): Promise<ComparisonOutcome> {
    const { store, writer, parts, ending } = this;
    const refresh = (changes: Partial<Changes>): Promise<number> => this.refresh(changes);
    const dropUnusedNames = (names: readonly KindedUid[]): Promise<number> => this.alone(() => writer.dropUnusedNames(names));
    const options = { signal: ending.signal, share: COMPARISON_SHARE, allNotes: false };
    return new Comparison({ store, meta: parts.meta, refresh, dropUnusedNames }, options).run();
  }

  private pause(): Promise<void> {
    const forever = new Promise<void>(() => undefined);
    return withinTime(forever, RETRY_MS, () => undefined, this.ending.signal);
  }
}
