import type { SearchSettings } from '../config/settings/search';
import type { KindedUid, Meta } from '../meta';
import { uidToHex } from '../schema';
import type { Uids } from '../uid';
import { lockDirectory } from '../util/directory-lock';
import { ClientError } from '../util/errors';
import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import { Semaphore } from '../util/semaphore';
import { underPlugin, type StatsSink } from '../util/stats';
import { CatchUp, type CatchUpOutcome } from './catch-up';
import { ChangeQueue } from './change-queue';
import { FoundThings } from './found-things';
import { IndexState } from './index/index-state';
import { IndexStore } from './index/index-store';
import { IndexWriter } from './index/index-writer';
import type { NoticesOf } from './notices';
import { NoteSearch, UidSearch } from './query/document-search';
import type { SearchNode } from './query/nodes';
import { parseSearch } from './query/parser';
import { SeriesSearch, type PageRequest } from './query/series-search';
import type { Changes, Search, SearchAnswer, SearchClient, SearchQuery, SearchResults } from './types';

/** Searches that run at once. */
const AT_ONCE = 4;
/** Part of a daemon's time that a comparison with the tables may take. */
const CATCH_UP_SHARE = 0.5;

/** Milliseconds until a comparison that failed is tried again. */
const RETRY_MS = 10_000;

/** What the index stands on. */
export interface EmbeddedSearchParts {
  readonly meta: Meta;
  readonly uids: Uids;
  readonly logger: Log;
  /** News of other daemons; absent: there are none. */
  readonly notices?: NoticesOf;
}

/**
 * The index that is part of the daemon: names and series in local files, kept in line with the tables.
 *
 * It holds nothing that the tables don't. So whatever could have made it miss something (the process was killed, news of other daemons were lost, too
 * much changed at once) is mended in one way: it is compared with the tables as a whole, in the background.
 */
export class EmbeddedSearch implements Search {
  private readonly store: IndexStore;
  private readonly state: IndexState;
  private readonly writer: IndexWriter;
  private readonly queue: ChangeQueue;
  private readonly notices: ReturnType<NoticesOf> | null;
  private readonly found: FoundThings;
  private readonly running = new Semaphore(AT_ONCE);
  private readonly ending = new AbortController();
  /** What is written to the index, one after the other. */
  private writing: Promise<unknown> = Promise.resolve();
  private catchingUp: Promise<void> | null = null;
  private mustCatchUp = false;
  private unlock: (() => void) | null = null;
  private readonly figures = { done: 0, failed: 0, comparisons: 0 };

  constructor(
    private readonly parts: EmbeddedSearchParts,
    private readonly settings: SearchSettings,
  ) {
    const { meta, uids, logger, notices } = parts;
    this.store = new IndexStore(settings.path, logger);
    this.state = new IndexState(this.store);
    this.writer = new IndexWriter(this.store, { meta, uids });
    this.found = new FoundThings(meta);
    this.queue = new ChangeQueue({ take: (batch) => this.take(batch), lost: () => this.missed() }, logger);
    this.notices =
      notices?.({
        state: this.state,
        take: (changes) => this.refresh(changes).then(() => undefined),
        missed: () => this.missed(),
      }) ?? null;
    meta.onChange({
      series: (series) => this.changed({ series }),
      uids: (changed) => this.changed({ uids: changed }),
      annotations: (notes) => this.changed({ notes }),
    });
  }

  async open(): Promise<void> {
    await this.store.open();
    try {
      this.unlock = lockDirectory(this.settings.path, 'The search index');
    } catch (error) {
      await this.store.close();
      throw error;
    }
    const isWhole = await this.state.begin();
    await this.notices?.open();
    if (!isWhole) this.missed();
  }

  async close(): Promise<void> {
    if (this.unlock === null) return this.store.close();
    await this.queue.close();
    await this.notices?.close();
    this.ending.abort(new Error('The daemon ends'));
    await this.catchingUp;
    await this.writing;
    if (!this.mustCatchUp) await this.state.end();
    await this.store.close();
    this.unlock();
  }

  changed(changes: Partial<Changes>): void {
    this.queue.add(changes);
  }

  /** Also of a comparison that is under way. */
  async flush(): Promise<void> {
    await this.queue.flush();
    while (this.catchingUp !== null) await this.catchingUp;
  }

  async execute(query: SearchQuery, client: SearchClient): Promise<SearchAnswer> {
    const { timeoutMs } = this.settings;
    const signal = AbortSignal.any([client.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const limited = { signal, account: (bytes: number) => client.account(bytes) };
      const answer = await this.running.run(signal, () => this.search(query, limited));
      this.figures.done++;
      return answer;
    } catch (error) {
      this.figures.failed++;
      if (!signal.aborted || client.signal.aborted) throw error;
      throw new ClientError(504, `The search took longer than ${timeoutMs} ms`, 'Please ask for something more specific', { cause: error });
    }
  }

  collectStats(sink: StatsSink): Promise<void> | void {
    const out = underPlugin(sink, 'search');
    out.record('search.queries', this.figures.done, { type: 'done' });
    out.record('search.queries', this.figures.failed, { type: 'failed' });
    out.record('search.changes', this.queue.taken, { type: 'done' });
    out.record('search.changes', this.queue.waiting, { type: 'waiting' });
    out.record('search.changes', this.queue.failures, { type: 'failed' });
    out.record('search.comparisons', this.figures.comparisons, { type: 'done' });
    out.record('search.comparisons', this.catchingUp === null ? 0 : 1, { type: 'running' });
    return this.notices?.collectStats(out);
  }

  private async search(query: SearchQuery, client: SearchClient): Promise<SearchAnswer> {
    const started = performance.now();
    const request = this.pageOf(query);
    const { total, results } = await this.results(query.type, parseSearch(query.query ?? ''), request, client);
    return { query, results, totalResults: total, time: Math.round(performance.now() - started) };
  }

  private async results(
    type: SearchQuery['type'],
    node: SearchNode,
    request: PageRequest,
    client: SearchClient,
  ): Promise<{ total: number; results: SearchResults }> {
    const { store, found } = this;
    const { widths } = this.parts.uids;
    if (type === 'ANNOTATION') {
      const { total, items } = await new NoteSearch(store, client).find(node, request);
      return { total, results: { type, batches: found.annotations(items) } };
    }
    if (type === 'UIDMETA') {
      const { total, items } = await new UidSearch(store, widths, client).find(node, request);
      return { total, results: { type, batches: found.uidMetas(items) } };
    }
    const { total, items } = await new SeriesSearch(store, widths, client).find(node, request);
    if (type === 'TSMETA') return { total, results: { type, batches: found.tsMetas(items) } };
    if (type === 'TSMETA_SUMMARY') return { total, results: { type, batches: found.summaries(items) } };
    return { total, results: { type, batches: found.batches(items, (tsuids) => Promise.resolve(tsuids.map(uidToHex))) } };
  }

  /** @throws ClientError 400 */
  private pageOf({ limit, startIndex }: SearchQuery): PageRequest {
    const { maxResults } = this.settings;
    const refused = (details: string): ClientError => new ClientError(400, 'Unable to parse query', details);
    if (limit < 0) throw refused(`'limit' must not be negative: ${limit}`);
    if (startIndex < 0) throw refused(`'startIndex' must not be negative: ${startIndex}`);
    if (limit > maxResults) throw refused(`'limit' must not be above ${maxResults} (tsd.search.max_results): ${limit}`);
    return { limit, startIndex };
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
    this.mustCatchUp = true;
    if (this.unlock === null || this.ending.signal.aborted) return;
    this.catchingUp ??= this.catchUp().finally(() => (this.catchingUp = null));
  }

  private async catchUp(): Promise<void> {
    const { logger } = this.parts;
    while (this.mustCatchUp && !this.ending.signal.aborted) {
      this.mustCatchUp = false;
      try {
        logger.info('The search index is compared with the tables');
        const { uids, series, notes } = await this.compare();
        this.figures.comparisons++;
        logger.info(`The search index is in line with the tables: ${series} series, ${uids} UIDs and ${notes} annotations were not`);
      } catch (error) {
        this.mustCatchUp = true;
        if (this.ending.signal.aborted) return;
        logger.error(`The search index could not be compared with the tables, trying again: ${messageOf(error)}`);
        await this.pause();
      }
    }
  }

  private compare(): Promise<CatchUpOutcome> {
    const { store, writer, parts, ending } = this;
    const refresh = (changes: Partial<Changes>): Promise<number> => this.refresh(changes);
    const dropUnusedNames = (names: readonly KindedUid[]): Promise<number> => this.alone(() => writer.dropUnusedNames(names));
    const options = { signal: ending.signal, share: CATCH_UP_SHARE, allNotes: false };
    return new CatchUp({ store, meta: parts.meta, refresh, dropUnusedNames }, options).run();
  }

  private pause(): Promise<void> {
    const { signal } = this.ending;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
