import type { SearchSettings } from '../config/settings/search';
import type { Meta } from '../meta';
import { uidToHex } from '../schema';
import type { UidWidths } from '../uid';
import { ClientError } from '../util/errors';
import { Semaphore } from '../util/semaphore';
import type { StatsSink } from '../util/stats';
import { sharedAborter } from '../util/stop-signal';
import { timerMs } from '../util/within-time';
import { FoundThings } from './found-things';
import type { IndexStore } from './index/index-store';
import { NoteSearch, UidSearch } from './query/document-search';
import type { SearchNode } from './query/nodes';
import { parseSearch } from './query/parser';
import { SeriesSearch, type PageRequest } from './query/series-search';
import type { SearchAnswer, SearchClient, SearchQuery, SearchResults } from './types';

/** Searches that run at once. */
const AT_ONCE = 4;

/** Answers searches: by the index what there is, by the tables what is known of it. */
export class IndexAnswers {
  private readonly running = new Semaphore(AT_ONCE);
  private readonly found: FoundThings;
  private done = 0;
  private failed = 0;

  constructor(
    private readonly store: IndexStore,
    meta: Meta,
    private readonly widths: UidWidths,
    private readonly settings: Pick<SearchSettings, 'maxResults' | 'timeoutMs'>,
  ) {
    this.found = new FoundThings(meta);
  }

  /** @throws ClientError, SearchSyntaxError, StorageError, the client's reason to end it */
  async execute(query: SearchQuery, client: SearchClient): Promise<SearchAnswer> {
    const { timeoutMs } = this.settings;
    // Not AbortSignal.any and AbortSignal.timeout: Node 20 may collect those as garbage before they fire.
    const ending = sharedAborter();
    const { signal } = ending;
    const gone = (): void => ending.abort(client.signal.reason);
    client.signal.addEventListener('abort', gone, { once: true });
    if (client.signal.aborted) gone();
    const timer = setTimeout(() => ending.abort(new Error('The time is over')), timerMs(timeoutMs));
    try {
      const limited = { signal, account: (bytes: number) => client.account(bytes) };
      const answer = await this.running.run(signal, () => this.search(query, limited));
      this.done++;
      return answer;
    } catch (error) {
      this.failed++;
      if (!signal.aborted || client.signal.aborted) throw error;
      throw new ClientError(504, `The search took longer than ${timeoutMs} ms`, 'Please ask for something more specific', { cause: error });
    } finally {
      clearTimeout(timer);
      client.signal.removeEventListener('abort', gone);
    }
  }

  collectStats(sink: StatsSink): void {
    sink.record('search.queries', this.done, { type: 'done' });
    sink.record('search.queries', this.failed, { type: 'failed' });
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
    const { store, found, widths } = this;
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
}
