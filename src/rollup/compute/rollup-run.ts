import { setTimeout as sleep } from 'node:timers/promises';
import {
  allSalts,
  baseTimeOfKey,
  DATA_FAMILY,
  MAX_TIMESPAN,
  mergePoints,
  readValue,
  setBaseTime,
  tagsAt,
  type MergeFindings,
} from '../../schema';
import { columnsOf } from '../../schema/row-columns';
import type { Row, Storage, StorageError } from '../../storage';
import type { DataModel } from '../../tables';
import type { Log } from '../../util/log';
import { messageOf } from '../../util/message-of';
import type { PointSink, PointWriter } from '../../write';
import type { Rollups } from '../read-rollups';
import type { RollupInterval } from '../rollup-interval';
import { cellsOf } from './bucket-cells';
import { OpenBuckets } from './open-buckets';

/** One metric behind one salt: what is read at once. */
export interface RollupTask {
  readonly metric: Buffer;
  readonly salt: Buffer;
}

/** What a run is made of, and what it computes. */
export interface RollupRunParts {
  readonly storage: Storage;
  readonly writer: PointWriter;
  readonly model: DataModel;
  readonly rollups: Rollups;
  readonly logger: Log;
  /** Seconds: intervals that begin from here on, and that end by there. */
  readonly since: number;
  readonly until: number;
  /** Points that are read in a second, by all tasks; 0: as many as can be. */
  readonly pointsPerSecond: number;
  /** Aborts when the run is to end before it is done. */
  readonly signal?: AbortSignal;
}

const METRIC_NAMES = { family: Buffer.from('name'), qualifiers: [Buffer.from('metrics')] };
const EVERYTHING = { start: Buffer.alloc(0), stop: Buffer.alloc(0) };
const SECOND_MS = 1000;

interface OpenInterval {
  readonly interval: RollupInterval;
  readonly buckets: OpenBuckets;
}

/**
 * Computes sums, counts, minima and maxima of raw points over every configured interval but the default one, and stores them as rollups. The same
 * points always give the same cells: it may be done again, or by two at once.
 */
export class RollupRun {
  /** Points read, cells written, and rows that could not be read. */
  points = 0;
  cells = 0;
  unreadable = 0;
  private readonly started = Date.now();
  private readonly findings: MergeFindings = { duplicatesSame: 0, duplicatesDifferent: 0, warnings: [] };
  private failure: StorageError | null = null;
  private readonly sink: PointSink = { failed: (error) => void (this.failure ??= error) };
  private readonly intervals: readonly RollupInterval[];

  constructor(private readonly parts: RollupRunParts) {
    this.intervals = parts.rollups.config.intervals.filter(({ isDefault }) => !isDefault);
  }

  /** Everything that there is to read. @throws StorageError */
  async tasks(): Promise<RollupTask[]> {
    const { storage, model, signal } = this.parts;
    const salts = allSalts(model.layout);
    const tasks: RollupTask[] = [];
    for await (const rows of storage.scan(model.tables.uid.name, { ...EVERYTHING, ...METRIC_NAMES, signal })) {
      for (const { key } of rows) {
        if (key.length !== model.layout.metric) continue;
        const metric = Buffer.from(key);
        for (const salt of salts) tasks.push({ metric, salt });
      }
    }
    return tasks;
  }

  /** Resolves when the cells of a task are stored. @throws StorageError */
  async run(task: RollupTask): Promise<void> {
    const open = this.open();
    const from = Math.min(...open.map(({ from: first }) => first));
    const to = Math.max(...open.map(({ to: end }) => end));
    if (from >= to) return;
    const { storage, model, signal } = this.parts;
    const scan = { ...this.rangeOf(task, from, to), family: DATA_FAMILY, signal };
    let last = -1;
    for await (const rows of storage.scan(model.tables.data.name, scan)) {
      for (const row of rows) {
        const baseTime = baseTimeOfKey(model.layout, row.key);
        if (baseTime !== last) await this.close(open, baseTime);
        last = baseTime;
        this.add(open, row, baseTime);
      }
      await this.pace();
    }
    await this.close(open, Infinity);
    await this.parts.writer.flush();
    this.check();
  }

  private open(): (OpenInterval & { from: number; to: number })[] {
    const { since, until } = this.parts;
    return this.intervals.map((interval) => {
      const [from, to] = [since - (since % interval.seconds), until - (until % interval.seconds)];
      return { interval, from, to, buckets: new OpenBuckets(interval.seconds, from, to) };
    });
  }

  private rangeOf({ metric, salt }: RollupTask, from: number, to: number): { start: Buffer; stop: Buffer } {
    const { layout } = this.parts.model;
    const key = (time: number): Buffer => {
      const bytes = Buffer.concat([salt, metric, Buffer.alloc(tagsAt(layout) - layout.salt - layout.metric)]);
      setBaseTime(layout, bytes, time);
      return bytes;
    };
    return { start: key(from - (from % MAX_TIMESPAN)), stop: key(Math.ceil(to / MAX_TIMESPAN) * MAX_TIMESPAN) };
  }

  private add(open: readonly OpenInterval[], row: Row, baseTime: number): void {
    const { model, logger } = this.parts;
    const series = row.key.toString('latin1', tagsAt(model.layout));
    const points: { time: number; value: number }[] = [];
    try {
      mergePoints(row.key, columnsOf(row).columns, model.merge, this.findings, ({ offsetMs, value, flags }) => {
        points.push({ time: baseTime + Math.floor(offsetMs / SECOND_MS), value: Number(readValue(value, 0, flags)) });
      });
    } catch (error) {
      this.unreadable++;
      logger.error(`A row is left out: ${messageOf(error)}`);
      return;
    }
    this.points += points.length;
    for (const { time, value } of points) {
      if (Number.isNaN(value)) continue;
      for (const { buckets } of open) buckets.add(series, row.key, time, value);
    }
  }

  /** Hands over the intervals that no row from `time` on belongs to. */
  private async close(open: readonly OpenInterval[], time: number): Promise<void> {
    const { writer, rollups, model } = this.parts;
    for (const { interval, buckets } of open) {
      for (const bucket of buckets.closeBefore(time)) {
        if (!writer.accepting) await writer.mayWrite();
        for (const cell of cellsOf(bucket, interval, rollups.config, model.layout)) {
          writer.addCell(cell, this.sink);
          this.cells++;
        }
      }
    }
    this.check();
  }

  /** @throws StorageError */
  private check(): void {
    this.parts.signal?.throwIfAborted();
    if (this.failure !== null) throw this.failure;
  }

  private async pace(): Promise<void> {
    const { pointsPerSecond, signal } = this.parts;
    if (pointsPerSecond === 0) return;
    const ahead = (this.points / pointsPerSecond) * SECOND_MS - (Date.now() - this.started);
    if (ahead > 0) await sleep(ahead, undefined, { signal });
  }
}
