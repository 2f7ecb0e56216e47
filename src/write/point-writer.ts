import type { Logger } from 'winston';
import type { WriteSettings } from '../config/settings/write';
import { APPEND_QUALIFIER, baseTimeOf, buildRowKey, DATA_FAMILY, splitCompacted, tsuidOfKey, writeQualifier } from '../schema';
import {
  DamagedStoreError,
  ThrottleError,
  type Failure,
  type MutateOptions,
  type RowDelete,
  type Storage,
  type StorageError,
} from '../storage';
import type { DataModel } from '../tables';
import type { Uids } from '../uid/types';
import { IllegalArgumentError } from '../util/errors';
import { parseLong } from '../util/java-long';
import { LatencyHistogram } from '../util/latency-histogram';
import type { StatsSink } from '../util/stats';
import { NO_SIBLINGS, type Siblings } from '../workers';
import { LostPoints } from './lost-points';
import { CellBuilder } from './point-builder';
import { checkPoint, checkTags } from './point-checks';
import { PluginCalls } from './plugin-calls';
import { NO_PLUGINS, type PluginPoint, type WritePlugins } from './plugins';
import { lookUpSeries, type NamedSeries, type SeriesIds } from './series-lookup';
import { SeriesResolver, type Pending, type PendingCell, type PendingPoint } from './series-resolver';
import { paceOf } from './pace';
import { RowFingerprint } from './row-fingerprint';
import { RowListeners } from './row-listeners';
import { SeriesFence } from './series-fence';
import type { RowBatch, Spool, Writes } from './spool';
import { CellBatch } from './spool/row-batch';
import type {
  FilterQuestion,
  PointBuilder,
  PointSink,
  PointOrigin,
  PointWriter,
  RawCell,
  RowWriter,
  SeriesCell,
  TextPoint,
  TimedPoint,
} from './types';
import { readValueText, type ReadValue } from './value-text';
import { UnknownNames } from './unknown-names';
import { WholeRows, type WholeRow } from './whole-rows';
import { WriteBuffer, type BufferEvents, type FailedRow } from './write-buffer';
import type { WriteLane } from './write-lane';
import { WrittenRow, type WrittenRows } from './written-rows';

/** Milliseconds that closing waits for storage. */
const DRAIN_MS = 60_000;

/** What a writer is made of. */
export interface WriterParts {
  settings: WriteSettings;
  model: DataModel;
  storage: Storage;
  uids: Uids;
  logger: Logger;
  /** Absent: none. */
  plugins?: WritePlugins;
  /** `skip` writes no log first: faster, lost when a server dies. Mirrors the original's batch imports. */
  durability?: MutateOptions['durability'];
  /** Takes what storage does not; absent: that is lost. The writer closes it. */
  spool?: Spool;
  /** Absent: there are no other workers. */
  siblings?: Siblings;
}

/** Takes data points, as text or bytes, into the write buffer. Mirrors TSDB.addPoint. */
export class StoragePointWriter implements PointWriter {
  private readonly settings: WriteSettings;
  /** The spool, where there is one; else storage itself. */
  private readonly writes: Writes;
  private readonly model: DataModel;
  private readonly table: string;
  private readonly uids: Uids;
  readonly plugins: WritePlugins;
  private readonly buffer: WriteBuffer;
  private readonly lane: WriteLane;
  private readonly cells: CellBuilder;
  private readonly resolver: SeriesResolver;
  readonly unknownNames: UnknownNames;
  private readonly rows: WholeRows;
  private readonly underWay = new Set<Promise<void>>();
  private readonly listeners: RowListeners;
  private readonly latency = new LatencyHistogram();
  private readonly qualifier = Buffer.alloc(4);
  private readonly fingerprint = new RowFingerprint();
  private readonly calls: PluginCalls;
  private readonly spool: Spool | null;
  private added = 0;
  private closed = false;
  /** Set once the store can take nothing any more. */
  private refusal: DamagedStoreError | null = null;
  private readonly lost: LostPoints;

  /** @throws IllegalArgumentError for settings that can't be */
  constructor({ settings, model, storage, uids, logger, plugins = NO_PLUGINS, durability, spool, siblings = NO_SIBLINGS }: WriterParts) {
    if (settings.maxTags < 1) throw new IllegalArgumentError('tsd.storage.max_tags must be greater than 0');
    this.settings = settings;
    this.model = model;
    this.table = model.tables.data.name;
    this.uids = uids;
    this.plugins = plugins;
    const { layout, appends } = model;
    const { maxTags } = settings;
    this.spool = spool ?? null;
    this.writes = spool ?? storage;
    this.listeners = new RowListeners(this.table);
    const events: BufferEvents = {
      rowsStored: (target, rows) => this.listeners.tellStored(target, rows),
      rowsClosed: (target, rows) => this.listeners.tellWritten(target, rows),
      rowFailed: (failed) => this.rowFailed(failed),
      flushed: (milliseconds) => this.latency.add(milliseconds),
    };
    this.buffer = new WriteBuffer(this.writes, settings.bufferBytes, paceOf(settings, storage), events, siblings.shared);
    const explicitTimestamps = model.explicitTimestamps && !appends;
    this.lane = this.buffer.lane({
      table: this.table,
      family: DATA_FAMILY,
      append: appends,
      timed: explicitTimestamps,
      durability: durability ?? 'default',
    });
    const { budget } = this.buffer;
    const fence = new SeriesFence();
    this.cells = new CellBuilder(
      { layout, maxTags, lane: this.lane, budget, explicitTimestamps, fence, added: () => void this.added++ },
      uids,
    );
    this.unknownNames = new UnknownNames(uids, this.cells, budget);
    this.calls = new PluginCalls(plugins, settings.tracksMeta, logger);
    this.lost = new LostPoints({ layout, uids, calls: this.calls, logger });
    this.updateFastPath();
    if (spool) spool.points.backlog.onChange = () => this.updateFastPath();
    this.resolver = new SeriesResolver(uids, !settings.namesMayFail, this.spool, {
      write: (pending, ids) => this.write(pending, ids),
      cells: this.cells,
      budget,
      fence,
    });
    this.rows = new WholeRows({
      storage,
      table: this.table,
      layout,
      durability: this.lane.target.durability,
      budget,
      open: () => !this.closed && this.refusal === null,
      added: (points) => void (this.added += points),
      stored: (row) => this.rowStored(row),
      separately: (row) => this.putSeparately(row),
      flushed: (milliseconds) => this.latency.add(milliseconds),
    });
    if (appends && model.explicitTimestamps)
      logger.error('Cannot use Date Tiered Compaction with AppendPoints. Please turn off either of them.');
  }

  get accepting(): boolean {
    return this.buffer.budget.accepting;
  }

  mayWrite(): Promise<void> {
    return this.buffer.budget.mayWrite();
  }

  onRowsWritten(listener: (rows: WrittenRows) => void): void {
    this.listeners.onWritten(listener);
  }

  onPointsStored(listener: (rowKey: Buffer, points: number) => void): void {
    this.listeners.onStored(listener);
  }

  isWriting(rowKey: Buffer): boolean {
    return this.lane.isWriting(rowKey, this.fingerprint.of(rowKey));
  }

  /** Points take the fast path unless their names are needed: by plugins, or to keep them behind others of their series in the spool. */
  private updateFastPath(): void {
    this.cells.fastPathOpen = !this.closed && this.refusal === null && !this.calls.onPoints && (this.spool?.points.backlog.idle ?? true);
  }

  startReplay(): void {
    this.spool?.start({
      rowsStored: (table, batch) => this.rowsReplayed(table, batch),
      writeSeries: (points) => this.resolver.replay(points),
    });
  }

  private rowsReplayed(table: string, batch: RowBatch): void {
    if (!(batch instanceof CellBatch)) return;
    for (const { row, cells } of batch.rows) {
      const target = { table, family: batch.family, append: batch.append || this.lane.append };
      const written = new WrittenRow(row, cells.count);
      this.listeners.tellStored(target, written);
      this.listeners.tellWritten(target, written);
    }
  }

  addLine(line: Buffer, from: number, to: number, source: PointOrigin, sink: PointSink | null): boolean {
    return this.cells.line(line, from, to, source, sink);
  }

  get builder(): PointBuilder {
    return this.cells;
  }

  get wholeRows(): RowWriter {
    return this.rows;
  }

  private rowStored({ key, points, sink }: WholeRow): void {
    this.listeners.tellStored(this.lane.target, new WrittenRow(key, points));
    sink.stored?.(points);
  }

  private putSeparately({ key, column, points, sink }: WholeRow): void {
    const cells = points === 1 ? [column] : splitCompacted(key, column.qualifier, column.value, 0);
    const row = this.lane.row(key, key.length, this.fingerprint.of(key));
    for (const { qualifier, value } of cells) this.lane.add(row, qualifier, qualifier.length, value, value.length, -1, sink);
  }

  async addPoint(point: TextPoint, source: PointOrigin): Promise<void> {
    const timestamp = parseLong(point.timestamp);
    await new Promise<void>((resolve, reject) => {
      const sink: PointSink = { stored: () => resolve(), failed: (error) => reject(error) };
      Promise.resolve(this.submitPoint({ ...point, timestamp }, source, sink)).catch(reject);
    });
  }

  submitPoint(point: TimedPoint, source: PointOrigin, sink: PointSink | null): Promise<void> | undefined {
    const value = readValueText(point.value, source);
    checkPoint(point, value, this.settings.maxTags, this.uids.validator);
    this.admitPoint(point, value);
    const submitted = this.resolver.submit({ point, source, value, sink });
    return submitted && this.track(submitted);
  }

  /** Hands a point with its UIDs to the buffer, through the plugins. */
  private write(pending: Pending, ids: SeriesIds): Promise<void> | undefined {
    if (pending.source === 'cell') return this.putCell(pending, ids);
    if (this.calls.onPoints) return this.writeThroughPlugins(pending, ids);
    this.put(pending, ids);
    return undefined;
  }

  private async writeThroughPlugins(pending: PendingPoint, ids: SeriesIds): Promise<void> {
    const seen = seenByPlugins(pending);
    const verdict = this.calls.admits(seen);
    if (!(typeof verdict === 'boolean' ? verdict : await verdict)) {
      pending.sink?.stored?.(1);
      return;
    }
    const key = this.put(pending, ids);
    this.calls.written(seen, tsuidOfKey(this.model.layout, key));
  }

  private put({ point, value, sink }: PendingPoint, ids: SeriesIds): Buffer {
    const { layout, explicitTimestamps } = this.model;
    const timestamp = Number(point.timestamp);
    const key = buildRowKey(layout, ids.metric, baseTimeOf(timestamp), ids.pairs);
    const length = writeQualifier(this.qualifier, 0, timestamp, value.flags);
    const row = this.lane.row(key, key.length, this.fingerprint.of(key));
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

  private putCell({ point, sink }: PendingCell, ids: SeriesIds): undefined {
    const { table, qualifier, value } = point;
    const row = buildRowKey(this.model.layout, ids.metric, point.baseTime, ids.pairs);
    this.addToLane({ table, family: DATA_FAMILY, row, qualifier, value }, sink);
  }

  checkSeries(metric: string, tags: ReadonlyMap<string, string>): void {
    checkTags(metric, tags, this.settings.maxTags, this.uids.validator);
  }

  assign(series: NamedSeries): Promise<SeriesIds> {
    return lookUpSeries(this.uids, series, !this.settings.namesMayFail);
  }

  submitCell(cell: SeriesCell, question: FilterQuestion, sink: PointSink | null): Promise<void> | undefined {
    this.admit();
    const verdict = this.calls.ask(question);
    const submitted = typeof verdict === 'boolean' ? this.judged(verdict, cell, sink) : this.judgedLater(verdict, cell, sink);
    return submitted && this.track(submitted);
  }

  /** What a filter has refused counts as stored. */
  private judged(verdict: boolean, point: SeriesCell, sink: PointSink | null): Promise<void> | undefined {
    if (verdict) return this.resolver.submit({ point, source: 'cell', sink });
    sink?.stored?.(1);
    return undefined;
  }

  private async judgedLater(verdict: Promise<boolean>, point: SeriesCell, sink: PointSink | null): Promise<void> {
    await this.judged(await verdict, point, sink);
  }

  addCell(cell: RawCell, sink: PointSink | null): void {
    this.admit();
    this.addToLane(cell, sink);
  }

  private addToLane(cell: RawCell, sink: PointSink | null): void {
    const { table, family, timestamp = -1 } = cell;
    const lane = this.buffer.lane({ table, family, append: false, timed: timestamp >= 0, durability: 'default' });
    const row = lane.row(cell.row, cell.row.length, this.fingerprint.of(cell.row));
    lane.add(row, cell.qualifier, cell.qualifier.length, cell.value, cell.value.length, timestamp, sink);
  }

  async delete(table: string, rows: readonly RowDelete[]): Promise<Failure[]> {
    const lanes = this.buffer.lanesOf(table);
    await Promise.all(rows.flatMap(({ row }) => lanes.map((lane) => lane.settled(row, this.fingerprint.of(row)))));
    return this.writes.delete(table, rows);
  }

  /** @throws ThrottleError, or DamagedStoreError */
  private admit(): void {
    if (this.closed) throw new ThrottleError('The TSD is shutting down');
    if (this.refusal !== null) throw this.refusal;
    this.buffer.budget.check();
  }

  /** A point that is turned away here is the storage exception handler's business like one that storage refuses later. */
  private admitPoint(point: TimedPoint, value: ReadValue): void {
    try {
      this.admit();
    } catch (error) {
      this.calls.notStored(seenByPlugins({ point, value }), error as StorageError);
      throw error;
    }
  }

  private track(promise: Promise<void>): Promise<void> {
    this.underWay.add(promise);
    const forget = (): void => void this.underWay.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  private rowFailed(failed: FailedRow): void {
    if (failed.error instanceof DamagedStoreError && this.refusal === null) {
      this.refusal = failed.error;
      this.updateFastPath();
    }
    const handedOver = this.lost.add(failed, this.listeners.isData(failed.target));
    if (handedOver) void this.track(handedOver);
  }

  async flush(): Promise<void> {
    await Promise.allSettled([...this.underWay]);
    await this.rows.drain();
    await this.buffer.drain();
    await Promise.allSettled([...this.underWay]);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.updateFastPath();
    this.buffer.budget.close();
    this.buffer.limitRetries(DRAIN_MS);
    this.spool?.hurry();
    await this.flush();
    await this.spool?.close();
    await this.calls.shutdown();
  }

  async collectStats(sink: StatsSink): Promise<void> {
    this.calls.collectRejected(sink);
    this.latency.record(sink, 'hbase.latency', { method: 'put', class: 'IncomingDataPoints' });
    sink.record('datapoints.added', this.added, { type: 'all', class: 'TSDB' });
    this.buffer.collectStats(sink);
    this.spool?.collectStats(sink);
    await this.calls.collectStats(sink);
  }
}

function seenByPlugins({ point, value }: Pick<PendingPoint, 'point' | 'value'>): PluginPoint {
  return { metric: point.metric, timestamp: Number(point.timestamp), value: value.number, tags: point.tags };
}
