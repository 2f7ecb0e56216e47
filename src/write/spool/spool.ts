import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'winston';
import type { SpoolSettings } from '../../config/settings/write';
import type { Failure, MutateOptions, RowDelete, RowPut, Storage } from '../../storage';
import type { StatsSink } from '../../util/stats';
import { lockDirectory } from '../../util/directory-lock';
import { PointSpool, type SeriesWriter } from './point-spool';
import { CellBatch, DeleteBatch, type RowBatch } from './row-batch';
import { SegmentQueue } from './segment-queue';
import { SpoolSpace } from './space';
import { TableSpool } from './table-spool';
import { SPOOL_PAUSES, type SpoolPace, type Writes } from './types';

/** Tables have directories called `table-NAME`; points by name are in `names`. */
const TABLE = 'table-';
const NAMES = 'names';

/** Told of what leaves the spool. */
export interface SpoolTargets {
  /** What is in storage now. */
  rowsStored(table: string, batch: RowBatch): void;
  /** Writes points by name as if they were new. */
  writeSeries: SeriesWriter;
}

/**
 * Stands between the write buffer and storage: points that storage refuses, or does not take in time, go to files and from there to storage
 * once it takes them, in the order in which they came. What is in a file is as good as written for those who wait.
 */
export class Spool implements Writes {
  private readonly tables = new Map<string, Promise<TableSpool>>();
  private readonly opened: TableSpool[] = [];
  private onReplayed: SpoolTargets['rowsStored'] | null = null;

  private constructor(
    private readonly storage: Writes,
    private readonly settings: SpoolPace & { path: string },
    private readonly logger: Logger,
    private readonly space: SpoolSpace,
    readonly points: PointSpool,
    private readonly unlock: () => void,
  ) {}

  /** @throws IllegalStateError when another process uses the directory; errors of the file system */
  static async open(given: SpoolSettings & Partial<SpoolPace>, storage: Storage, logger: Logger): Promise<Spool> {
    const settings = { ...SPOOL_PAUSES, ...given, path: resolve(given.path) };
    const { path, maxBytes } = settings;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const unlock = lockDirectory(path, 'The spool');
    try {
      const space = new SpoolSpace(maxBytes);
      const points = new PointSpool(await SegmentQueue.open(join(path, NAMES), space), settings, logger);
      const spool = new Spool(storage, settings, logger, space, points, unlock);
      for (const name of await readdir(path)) if (name.startsWith(TABLE)) await spool.table(decodeURIComponent(name.slice(TABLE.length)));
      if (space.used > 0) logger.warn(`${space.used} bytes of points are in the spool ${path}; they are replayed`);
      return spool;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  private table(name: string): Promise<TableSpool> {
    let table = this.tables.get(name);
    if (table === undefined) {
      table = this.openTable(name);
      this.tables.set(name, table);
      table.catch(() => this.tables.delete(name));
    }
    return table;
  }

  private async openTable(name: string): Promise<TableSpool> {
    const directory = join(this.settings.path, TABLE + encodeURIComponent(name));
    const queue = await SegmentQueue.open(directory, this.space);
    const table = new TableSpool(this.storage, name, queue, this.settings, this.logger);
    this.opened.push(table);
    if (this.onReplayed !== null) table.start(this.onReplayed);
    return table;
  }

  /** Begins to replay. Storage has to be open. */
  start(targets: SpoolTargets): void {
    this.onReplayed = targets.rowsStored;
    for (const table of this.opened) table.start(targets.rowsStored);
    this.points.start(targets.writeSeries);
  }

  async put(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]> {
    return (await this.table(table)).write(new CellBatch('put', family, rows), options);
  }

  async append(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]> {
    return (await this.table(table)).write(new CellBatch('append', family, rows), options);
  }

  /** Deletes after everything that was put into the same rows before, also if that is still in the spool. */
  async delete(table: string, rows: readonly RowDelete[], options?: MutateOptions): Promise<Failure[]> {
    return (await this.table(table)).write(new DeleteBatch(rows), options);
  }

  /** From now on points that storage does not take at once go into the spool at once. */
  hurry(): void {
    for (const table of this.opened) table.hurry();
  }

  /** Ends the replay. What is not in storage by now is there for the next process. */
  async close(): Promise<void> {
    const backlogs = [this.points.backlog, ...this.opened.map(({ backlog }) => backlog)];
    await Promise.all(backlogs.map((backlog) => backlog.stop()));
    await Promise.all(backlogs.map(({ queue }) => queue.close()));
    this.unlock();
  }

  collectStats(sink: StatsSink): void {
    sink.record('spool.bytes_total', this.space.used);
    sink.record('spool.bytes_max', this.space.max);
    for (const table of this.opened) table.collectStats(sink);
    this.points.collectStats(sink);
  }
}
