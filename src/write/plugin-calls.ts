import type { Logger } from 'winston';
import type { Config } from '../config/types';
import { underPlugin, type StatsSink } from '../util/stats';
import type { PluginPoint, WritePlugin, WritePlugins } from './plugins';

/** Calls of a plugin that may be under way. What comes beyond is not handed to it: a plugin that does not keep up costs no memory. */
const MAX_UNDER_WAY = 10_000;
/** Milliseconds that a filter has for its verdict. */
const VERDICT_MS = 10_000;
const LOG_PAUSE_MS = 10_000;
const META_FLAGS = ['enable_tsuid_tracking', 'enable_realtime_ts', 'enable_tsuid_incrementing'];

type Role = keyof WritePlugins;

/** What the original calls them in the tag `plugin` of their statistics. */
const STATS_NAMES: Readonly<Record<Role, string>> = {
  publisher: 'publish',
  exceptionHandler: 'storageExceptionHandler',
  filter: 'timeseriesFilter',
  metaCache: 'metaCache',
};

/** What became of the calls of one plugin. */
class CallRecord {
  underWay = 0;
  failed = 0;
  skipped = 0;
  loggedAt = 0;
}

/** The plugins of the write path, kept from harm and from doing any: what they throw is counted and logged, and the point goes its way. */
export class PluginCalls {
  /** Points pass through a plugin, so that names are wanted for each. */
  readonly onPoints: boolean;
  private readonly records: Record<Role, CallRecord> = {
    publisher: new CallRecord(),
    exceptionHandler: new CallRecord(),
    filter: new CallRecord(),
    metaCache: new CallRecord(),
  };
  private readonly tracksMeta: boolean;
  private rejected = 0;

  constructor(
    private readonly plugins: WritePlugins,
    config: Config,
    private readonly logger: Logger,
  ) {
    const { publisher, filter, metaCache } = plugins;
    this.tracksMeta = metaCache !== null && (publisher !== null || META_FLAGS.some((flag) => config.getBoolean(`tsd.core.meta.${flag}`)));
    this.onPoints = publisher !== null || filter !== null || this.tracksMeta;
  }

  /** Whether a point may be written: only a filter's `false` keeps it from that. */
  admits(point: PluginPoint): boolean | Promise<boolean> {
    const { filter } = this.plugins;
    if (filter === null) return true;
    try {
      if (!filter.filterDataPoints()) return true;
      const verdict = filter.allowDataPoint(point);
      return typeof verdict === 'boolean' ? this.judged(verdict) : this.inTime(verdict);
    } catch (error) {
      this.failed('filter', error);
      return true;
    }
  }

  private judged(verdict: boolean): boolean {
    if (verdict === false) this.rejected++;
    return verdict !== false;
  }

  private async inTime(pending: Promise<boolean>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no verdict within ${VERDICT_MS} ms`)), VERDICT_MS);
    });
    try {
      return this.judged(await Promise.race([pending, late]));
    } catch (error) {
      this.failed('filter', error);
      return true;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A point was handed to storage. */
  written(point: PluginPoint, tsuid: Buffer): void {
    const { metaCache, publisher } = this.plugins;
    if (this.tracksMeta && metaCache !== null) this.call('metaCache', () => metaCache.increment(tsuid));
    if (publisher !== null) this.call('publisher', () => publisher.publishDataPoint(point, tsuid));
  }

  get wantsFailures(): boolean {
    return this.plugins.exceptionHandler !== null;
  }

  /** Storage did not take a point. */
  notStored(point: PluginPoint, error: Error): void {
    const { exceptionHandler } = this.plugins;
    if (exceptionHandler !== null) this.call('exceptionHandler', () => exceptionHandler.handleError(point, error));
  }

  private call(role: Role, work: () => Promise<void> | void): void {
    const record = this.records[role];
    if (record.underWay >= MAX_UNDER_WAY) {
      record.skipped++;
      return;
    }
    try {
      const running = work();
      if (typeof running?.then !== 'function') return;
      record.underWay++;
      Promise.resolve(running)
        .catch((error: unknown) => this.failed(role, error))
        .finally(() => record.underWay--);
    } catch (error) {
      this.failed(role, error);
    }
  }

  private failed(role: Role, error: unknown): void {
    const record = this.records[role];
    record.failed++;
    const now = Date.now();
    if (now - record.loggedAt < LOG_PAUSE_MS) return;
    record.loggedAt = now;
    this.logger.error(
      `The ${role} plugin failed (${record.failed} times so far): ${error instanceof Error ? error.message : String(error)}`,
    );
  }

  private get all(): [Role, WritePlugin][] {
    return (Object.entries(this.plugins) as [Role, WritePlugin | null][]).flatMap(([role, plugin]) => (plugin ? [[role, plugin]] : []));
  }

  async shutdown(): Promise<void> {
    for (const [role, plugin] of this.all) {
      try {
        await plugin.shutdown?.();
      } catch (error) {
        this.failed(role, error);
      }
    }
  }

  /** Points that the filter refused. */
  collectRejected(sink: StatsSink): void {
    sink.record('uid.filter.rejected', this.rejected, { kind: 'raw' });
  }

  collectStats(sink: StatsSink): void {
    for (const [role, plugin] of this.all) {
      const { failed, skipped, underWay } = this.records[role];
      sink.record('plugin.calls', failed, { type: 'failed', role });
      sink.record('plugin.calls', skipped, { type: 'skipped', role });
      sink.record('plugin.calls', underWay, { type: 'under_way', role });
      try {
        plugin.collectStats?.(underPlugin(sink, STATS_NAMES[role]));
      } catch (error) {
        this.failed(role, error);
      }
    }
  }
}
