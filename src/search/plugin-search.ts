import { tsMetaJson, TYPE_CONSTANTS, uidMetaJson, type Meta } from '../meta';
import { GuardedPlugin } from '../plugins';
import { annotationJson, uidToHex } from '../schema';
import { ClientError, javaClassOf } from '../util/errors';
import type { Log } from '../util/log';
import type { StatsSink } from '../util/stats';
import { ChangeQueue } from './change-queue';
import { SEARCH, type PluginAnswer, type SearchDocument, type SearchPlugin } from './search-plugin';
import type { Changes, Search, SearchAnswer, SearchQuery } from './types';

/** An index that a plugin keeps: it is told of every change, and asked what clients ask. What it fails to take in is counted and logged, as by the original. */
export class PluginSearch implements Search {
  private readonly guard: GuardedPlugin<SearchPlugin>;
  private readonly queue: ChangeQueue;

  constructor(
    plugin: SearchPlugin,
    private readonly meta: Meta,
    logger: Log,
  ) {
    this.guard = new GuardedPlugin(plugin, SEARCH, logger);
    const lost = (): void => void logger.error('The search plugin does not keep up: it is not told of some changes');
    this.queue = new ChangeQueue({ take: (batch) => this.take(batch), lost }, logger);
    this.queue.listenTo(meta);
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.queue.close();
    await this.guard.shutdown();
  }

  changed(changes: Partial<Changes>): void {
    this.queue.add(changes);
  }

  flush(): Promise<void> {
    return this.queue.flush();
  }

  async execute(query: SearchQuery): Promise<SearchAnswer> {
    const started = performance.now();
    const answer = await this.ask(query);
    const { results = [], totalResults = results.length, time = Math.round(performance.now() - started), ...changed } = answer;
    return {
      query: {
        ...query,
        query: changed.query ?? query.query,
        limit: changed.limit ?? query.limit,
        startIndex: changed.startIndex ?? query.startIndex,
      },
      results: { type: 'PLUGIN', results },
      totalResults,
      time,
    };
  }

  /** @throws ClientError 500, in the words that the original has for it */
  private async ask(query: SearchQuery): Promise<PluginAnswer> {
    try {
      const answer = (await this.guard.ask((plugin) => plugin.executeQuery(query))) as PluginAnswer | null | undefined;
      if (answer) return answer;
    } catch (error) {
      throw new ClientError(500, error instanceof Error ? `${javaClassOf(error)}: ${error.message}` : String(error), null, {
        cause: error,
      });
    }
    throw new ClientError(500, 'java.lang.IllegalArgumentException: Object was null');
  }

  collectStats(sink: StatsSink): Promise<void> | void {
    return this.guard.collectStats(sink);
  }

  private async take({ series, uids, notes }: Changes): Promise<void> {
    const { tsMetas, uidMetas, annotations } = this.meta;
    const [stored, metas, found] = [await uidMetas.stored(uids), await tsMetas.ofSeries(series), await annotations.list(notes)];
    const named = await Promise.all(uids.map(async (uid, i) => stored[i] && uidMetas.get(uid.kind, uid.id).catch(() => null)));
    const tell = async (work: (plugin: SearchPlugin) => Promise<void> | void): Promise<void> => {
      try {
        await this.guard.ask(work);
      } catch {
        // Counted and logged by the guard.
      }
    };
    await Promise.all(
      uids.map(({ kind, id }, i) => {
        const meta = named[i];
        return tell((plugin) =>
          meta === null
            ? plugin.deleteUIDMeta({ type: TYPE_CONSTANTS[kind], uid: uidToHex(id) })
            : plugin.indexUIDMeta(documentOf(uidMetaJson(meta))),
        );
      }),
    );
    await Promise.all(
      series.map((tsuid, i) => {
        const meta = metas[i];
        return tell((plugin) => (meta === null ? plugin.deleteTSMeta(uidToHex(tsuid)) : plugin.indexTSMeta(documentOf(tsMetaJson(meta)))));
      }),
    );
    await Promise.all(
      notes.map(({ tsuid, startTime }, i) => {
        const note = found[i];
        return tell((plugin) =>
          note === null ? plugin.deleteAnnotation({ tsuid, startTime }) : plugin.indexAnnotation(documentOf(annotationJson(note))),
        );
      }),
    );
  }
}

const documentOf = (json: string): SearchDocument => JSON.parse(json) as SearchDocument;
