import type { Logger } from 'winston';
import type { Config } from '../config/types';
import { baseTimeOf, baseTimeOfKey, buildRowKey, tsuidOfKey, writeQualifier, applySalt, APPEND_QUALIFIER } from '../schema';
import { ThrottleError, type Storage, type StorageError } from '../storage';
import type { Uids } from '../uid/types';
import { parseLong } from '../util/java-long';
import { LatencyHistogram } from '../util/latency-histogram';
import type { StatsSink } from '../util/stats';
import { copyCells, failedPoints } from './failed-points';
import { CellBuilder, hashKey } from './point-builder';
import { checkPoint } from './point-checks';
import { NO_PLUGINS, type PluginPoint, type WritePlugins } from './plugins';
import { cachedSeries, lookUpSeries, type SeriesIds } from './series-lookup';
import { writeSettings, type WriteSettings } from './settings';
import type { PointBuilder, PointSink, PointSource, PointWriter, RawCell, TextPoint, TimedPoint, Turn, WriterOptions } from './types';
import { readValueText, type ReadValue } from './value-text';
import { WriteBuffer, type FailedRow } from './write-buffer';
import type { WriteLane } from './write-lane';

/** Points of one series that wait for its UIDs, in the order of arrival. */
interface WaitingSeries {
  points: { point: TimedPoint; value: ReadValue; sink: PointSink | null }[];
  done: Promise<void>;
}

/** Bytes that a point waiting for UIDs counts for. */
const WAITING_COST = 512;
/** Milliseconds between log lines about points that storage refused. */
const LOG_PAUSE_MS = 10_000;

/** The way of a data point from text or bytes into the write buffer. Mirrors TSDB.addPoint. */
export class StoragePointWriter implements PointWriter {
  private readonly settings: WriteSettings;
  private readonly buffer: WriteBuffer;
  private readonly lane: WriteLane;
  private readonly cells: CellBuilder;
  private readonly waiting = new Map<string, WaitingSeries>();
  private readonly underWay = new Set<Promise<void>>();
  private readonly rowListeners: ((rowKey: Buffer, baseTime: number) => void)[] = [];
  private readonly latency = new LatencyHistogram();
  private readonly qualifier = Buffer.alloc(4);
  /** Names of a point may be assigned all at once: nothing could refuse one of them alone. */
  private readonly together: boolean;
  /** Points pass plugins, which want names: there is no short way. */
  private readonly long: boolean;
  private added = 0;
  private filtered = 0;
  private closed = false;
  private loggedAt = 0;
  private lostSinceLog = 0;

  /** @throws IllegalArgumentError, NumberFormatError for settings that can't be */
  constructor(
    config: Config,
    storage: Storage,
    private readonly uids: Uids,
    private readonly logger: Logger,
    readonly plugins: WritePlugins = NO_PLUGINS,
    { durability }: WriterOptions = {},
  ) {
    this.settings = writeSettings(config, uids.widths);
    const { layout, maxTags, table, appends, bufferBytes, pace } = this.settings;
    this.buffer = new WriteBuffer(storage, bufferBytes, pace, {
      rowOpened: (rowTable, append, key) => this.rowOpened(rowTable, append, key),
      rowFailed: (failed) => this.rowFailed(failed),
      flushed: (milliseconds) => this.latency.add(milliseconds),
    });
    this.lane = this.buffer.lane(table, appends, durability);
    const explicitTimestamps = this.settings.explicitTimestamps && !appends;
    this.cells = new CellBuilder(
      { layout, maxTags, lane: this.lane, budget: this.buffer.budget, explicitTimestamps, added: () => void this.added++ },
      uids,
    );
    this.long = plugins.publisher !== null || plugins.filter !== null;
    this.cells.enabled = !this.long;
    this.together =
      !config.getBoolean('tsd.uidfilter.enable') &&
      ['metrics', 'tagks', 'tagvs'].every((kinds) => config.getBoolean(`tsd.core.auto_create_${kinds}`));
    if (appends && this.settings.explicitTimestamps)
      logger.error('Cannot use Date Tiered Compaction with AppendPoints. Please turn off either of them.');
  }

  get accepting(): boolean {
    return this.buffer.budget.accepting;
  }

  awaitTurn(turn: Turn): void {
    this.buffer.budget.awaitTurn(turn);
  }

  onRowWritten(listener: (rowKey: Buffer, baseTime: number) => void): void {
    this.rowListeners.push(listener);
  }

  addLine(line: Buffer, from: number, to: number, source: PointSource, sink: PointSink | null): boolean {
    return this.cells.line(line, from, to, source, sink);
  }

  get builder(): PointBuilder {
    return this.cells;
  }

  async addPoint(point: TextPoint, source: PointSource): Promise<void> {
    const timestamp = parseLong(point.timestamp);
    await new Promise<void>((resolve, reject) => {
      const sink: PointSink = { stored: () => resolve(), failed: (error) => reject(error) };
      Promise.resolve(this.submitPoint({ ...point, timestamp }, source, sink)).catch(reject);
    });
  }

  submitPoint(point: TimedPoint, source: PointSource, sink: PointSink | null): Promise<void> | undefined {
    const value = readValueText(point.value, source);
    checkPoint(point, value, this.settings.maxTags, this.uids.validator);
    this.admitPoint(point, value);
    const name = seriesName(point);
    let series = this.waiting.get(name);
    if (series === undefined) {
      const ids = cachedSeries(this.uids, point);
      if (ids !== null) {
        this.learn(point, ids);
        return this.write(point, value, ids, sink);
      }
      series = { points: [], done: Promise.resolve() };
      this.waiting.set(name, series);
      series.done = this.track(this.resolveSeries(name, series, point));
    }
    series.points.push({ point, value, sink });
    this.buffer.budget.used += WAITING_COST;
    return series.done;
  }

  private async resolveSeries(name: string, series: WaitingSeries, point: TimedPoint): Promise<void> {
    const { generation } = this.cells;
    try {
      const ids = await lookUpSeries(this.uids, point, this.together);
      if (generation === this.cells.generation) this.learn(point, ids);
      // Points that come from here on find the names known, and find these already in the buffer.
      const written = series.points.map((waiting) => this.write(waiting.point, waiting.value, ids, waiting.sink));
      await Promise.all(written);
    } finally {
      this.waiting.delete(name);
      this.buffer.budget.release(WAITING_COST * series.points.length);
    }
  }

  /** Hands a point with its UIDs to the buffer, through the plugins. */
  private write(point: TimedPoint, value: ReadValue, ids: SeriesIds, sink: PointSink | null): Promise<void> | undefined {
    if (this.long) return this.track(this.writeThroughPlugins(point, value, ids, sink));
    this.put(point, value, ids, sink);
    return undefined;
  }

  private async writeThroughPlugins(point: TimedPoint, value: ReadValue, ids: SeriesIds, sink: PointSink | null): Promise<void> {
    const { filter, publisher } = this.plugins;
    const seen: PluginPoint = { metric: point.metric, timestamp: Number(point.timestamp), value: value.number, tags: point.tags };
    if (filter !== null && filter.filterDataPoints() && !(await filter.allowDataPoint(seen))) {
      this.filtered++;
      sink?.stored?.(1);
      return;
    }
    const key = this.put(point, value, ids, sink);
    try {
      await publisher?.publishDataPoint(seen, tsuidOfKey(this.settings.layout, key));
    } catch (error) {
      this.logger.error(`Publisher failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private put(point: TimedPoint, value: ReadValue, ids: SeriesIds, sink: PointSink | null): Buffer {
    const { layout, explicitTimestamps } = this.settings;
    const timestamp = Number(point.timestamp);
    const key = buildRowKey(layout, ids.metric, baseTimeOf(timestamp), ids.pairs);
    const length = writeQualifier(this.qualifier, 0, timestamp, value.flags);
    const row = this.lane.row(key, key.length, hashKey(key, key.length));
    if (this.lane.append) {
      const entry = Buffer.concat([this.qualifier.subarray(0, length), value.bytes]);
      this.lane.addAppend(row, APPEND_QUALIFIER, entry, entry.length, sink);
    } else {
      const own = explicitTimestamps ? (length === 4 ? timestamp : timestamp * 1000) : -1;
      this.lane.add(row, this.qualifier, length, value.bytes, value.bytes.length, own, sink);
    }
    this.added++;
    return key;
  }

  addCell(cell: RawCell, sink: PointSink | null): void {
    this.admit();
    const lane = this.buffer.lane(cell.table);
    applySalt(this.settings.layout, cell.row);
    const row = lane.row(cell.row, cell.row.length, hashKey(cell.row, cell.row.length));
    lane.add(row, cell.qualifier, cell.qualifier.length, cell.value, cell.value.length, -1, sink);
  }

  /** @throws ThrottleError */
  private admit(): void {
    if (this.closed) throw new ThrottleError('The TSD is shutting down');
    this.buffer.budget.check();
  }

  /** A point that is turned away here is the storage exception handler's business like one that storage refuses later. */
  private admitPoint(point: TimedPoint, value: ReadValue): void {
    try {
      this.admit();
    } catch (error) {
      const seen = { metric: point.metric, timestamp: Number(point.timestamp), value: value.number, tags: point.tags };
      this.handOver([seen], error as ThrottleError);
      throw error;
    }
  }

  /** Lets the short way know the names of a point that took the long one. */
  private learn(point: TimedPoint, ids: SeriesIds): void {
    const charset = this.uids.codec.charset === 'UTF-8' ? 'utf8' : 'latin1';
    const { tagk } = this.settings.layout;
    this.cells.learn('metrics', Buffer.from(point.metric, charset), ids.metric);
    let i = 0;
    for (const [key, value] of point.tags) {
      const pair = ids.pairs[i++];
      this.cells.learn('tagk', Buffer.from(key, charset), pair.subarray(0, tagk));
      this.cells.learn('tagv', Buffer.from(value, charset), pair.subarray(tagk));
    }
  }

  private track(promise: Promise<void>): Promise<void> {
    this.underWay.add(promise);
    const forget = (): void => void this.underWay.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  private rowOpened(table: string, append: boolean, key: Buffer): void {
    if (append || table !== this.settings.table || this.rowListeners.length === 0) return;
    const baseTime = baseTimeOfKey(this.settings.layout, key);
    for (const listener of this.rowListeners) listener(key, baseTime);
  }

  private rowFailed(failed: FailedRow): void {
    this.lostSinceLog += failed.cells.points;
    const now = Date.now();
    if (now - this.loggedAt >= LOG_PAUSE_MS) {
      this.loggedAt = now;
      this.logger.error(`${this.lostSinceLog} data points could not be stored; the last because: ${failed.error.message}`);
      this.lostSinceLog = 0;
    }
    if (this.plugins.exceptionHandler === null || failed.table !== this.settings.table) return;
    const { key, cells } = copyCells(failed);
    this.handOver(failedPoints(this.settings.layout, this.uids, key, cells), failed.error);
  }

  private handOver(points: PluginPoint[] | Promise<PluginPoint[]>, error: StorageError): void {
    const handler = this.plugins.exceptionHandler;
    if (handler === null) return;
    const handling = async (): Promise<void> => {
      try {
        for (const point of await points) await handler.handleError(point, error);
      } catch (failure) {
        this.logger.error(`Storage exception handler failed: ${failure instanceof Error ? failure.message : String(failure)}`);
      }
    };
    void this.track(handling());
  }

  async flush(): Promise<void> {
    await Promise.allSettled([...this.underWay]);
    await this.buffer.drain();
    await Promise.allSettled([...this.underWay]);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.cells.enabled = false;
    this.buffer.budget.close();
    this.buffer.limitRetries(this.settings.drainMs);
    await this.flush();
    for (const plugin of [this.plugins.filter, this.plugins.publisher, this.plugins.exceptionHandler]) await plugin?.shutdown?.();
  }

  collectStats(sink: StatsSink): void {
    sink.record('uid.filter.rejected', this.filtered, { kind: 'raw' });
    this.latency.record(sink, 'hbase.latency', { method: 'put', class: 'IncomingDataPoints' });
    sink.record('datapoints.added', this.added, { type: 'all', class: 'TSDB' });
    this.buffer.collectStats(sink);
    this.plugins.publisher?.collectStats?.(sink);
    this.plugins.exceptionHandler?.collectStats?.(sink);
    this.plugins.filter?.collectStats?.(sink);
  }
}

/** What tells series apart before their UIDs are known: tags in the order written. */
function seriesName(point: TimedPoint): string {
  let name = point.metric;
  for (const [key, value] of point.tags) name += `\n${key}=${value}`;
  return name;
}
