import { GuardedPlugin, type Plugin, type PluginKind } from '../plugins';
import type { Log } from '../util/log';
import type { StatsSink } from '../util/stats';
import { EXCEPTION_HANDLER, FILTER, META_CACHE, PUBLISHER } from './plugin-kinds';
import type { FilterQuestion } from './types';
import type { DataPointFilter, MetaCache, PluginPoint, RtPublisher, StorageExceptionHandler, WritePlugins } from './plugins';

/** When which plugin of the write path is called. None of them can keep a point from being written, but for a filter that says so. */
export class PluginCalls {
  /** Points pass through a plugin, so that names are wanted for each. */
  readonly onPoints: boolean;
  private readonly publisher: GuardedPlugin<RtPublisher> | null;
  private readonly exceptionHandler: GuardedPlugin<StorageExceptionHandler> | null;
  private readonly filter: GuardedPlugin<DataPointFilter> | null;
  /** Null also when metadata are not tracked. */
  private readonly metaCache: GuardedPlugin<MetaCache> | null;
  /** All that were loaded, in the order in which they are ended. */
  private readonly all: readonly Pick<GuardedPlugin<Plugin>, 'collectStats' | 'shutdown'>[];
  private readonly rejected = { raw: 0, aggregate: 0 };

  /** @param tracksMeta metadata are tracked: the meta cache is told of every point */
  constructor(plugins: WritePlugins, tracksMeta: boolean, logger: Log) {
    const guard = <P extends Plugin>(kind: PluginKind<P>, plugin: P | null): GuardedPlugin<P> | null =>
      plugin && new GuardedPlugin(plugin, kind, logger);
    this.publisher = guard(PUBLISHER, plugins.publisher);
    this.exceptionHandler = guard(EXCEPTION_HANDLER, plugins.exceptionHandler);
    this.filter = guard(FILTER, plugins.filter);
    const metaCache = guard(META_CACHE, plugins.metaCache);
    this.metaCache = tracksMeta || this.publisher !== null ? metaCache : null;
    this.onPoints = this.publisher !== null || this.filter !== null || this.metaCache !== null;
    this.all = [this.publisher, this.exceptionHandler, this.filter, metaCache].filter((plugin) => plugin !== null);
  }

  /** Whether a point may be written: only a filter's `false` keeps it from that. */
  admits(point: PluginPoint): boolean | Promise<boolean> {
    return this.ask({ kind: 'raw', ask: (filter) => !filter.filterDataPoints() || filter.allowDataPoint(point) });
  }

  /** The same of what is no data point. */
  ask(question: FilterQuestion): boolean | Promise<boolean> {
    if (this.filter === null) return true;
    try {
      const verdict = this.filter.ask((filter) => question.ask(filter));
      return typeof verdict === 'boolean' ? this.judged(verdict, question) : this.judgedLater(verdict, question);
    } catch {
      return true;
    }
  }

  private judged(verdict: boolean, { kind }: FilterQuestion): boolean {
    if (verdict === false) this.rejected[kind]++;
    return verdict !== false;
  }

  private async judgedLater(pending: Promise<boolean>, question: FilterQuestion): Promise<boolean> {
    try {
      return this.judged(await pending, question);
    } catch {
      return true;
    }
  }

  /** A point was handed to storage. */
  written(point: PluginPoint, tsuid: Buffer): void {
    this.metaCache?.tell((metaCache) => metaCache.increment(tsuid));
    this.publisher?.tell((publisher) => publisher.publishDataPoint(point, tsuid));
  }

  get wantsFailures(): boolean {
    return this.exceptionHandler !== null;
  }

  /** Storage did not take a point. */
  notStored(point: PluginPoint, error: Error): void {
    this.exceptionHandler?.tell((handler) => handler.handleError(point, error));
  }

  async shutdown(): Promise<void> {
    for (const plugin of this.all) await plugin.shutdown();
  }

  /** Points that the filter refused. */
  collectRejected(sink: StatsSink): void {
    for (const [kind, points] of Object.entries(this.rejected)) sink.record('uid.filter.rejected', points, { kind });
  }

  /** Waits only for plugins that answer later. */
  collectStats(sink: StatsSink): Promise<unknown> {
    return Promise.all(this.all.map(async (plugin) => plugin.collectStats(sink)));
  }
}
