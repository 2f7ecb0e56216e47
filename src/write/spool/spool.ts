import { resolve } from 'node:path';
import type { Logger } from 'winston';
import type { SpoolSettings } from '../../config/settings/write';
import type { Failure, MutateOptions, PackedRows, RowDelete, RowPut, Storage } from '../../storage';
import type { StatsSink } from '../../util/stats';
import { NO_SIBLINGS, type Siblings } from '../../workers';
import { openBacklogs, type Backlogs } from './backlogs';
import { PointSpool, type SeriesWriter } from './point-spool';
import { CellBatch, DeleteBatch, PackedBatch, type RowBatch } from './row-batch';
import { TableSpool } from './table-spool';
import { SPOOL_PAUSES, type SpoolPace, type Writes } from './types';

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
    private readonly settings: SpoolPace,
    private readonly backlogs: Backlogs,
    readonly points: PointSpool,
  ) {}

  /**
   * @param siblings of all workers the keeper has the files, and the others bring their points there
   * @throws IllegalStateError when another process uses the directory; errors of the file system
   */
  static async open(
    given: SpoolSettings & Partial<SpoolPace>,
    storage: Storage,
    logger: Logger,
    siblings: Siblings = NO_SIBLINGS,
  ): Promise<Spool> {
    const settings = { ...SPOOL_PAUSES, ...given, path: resolve(given.path) };
    const backlogs = await openBacklogs(settings, logger, siblings);
    const spool = new Spool(storage, settings, backlogs, new PointSpool(backlogs.names, settings, logger));
    for (const name of backlogs.left) await spool.table(name);
    return spool;
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
    const table = new TableSpool(this.storage, name, await this.backlogs.table(name), this.settings);
    this.opened.push(table);
    this.startTable(table);
    return table;
  }

  private startTable(table: TableSpool): void {
    const { onReplayed } = this;
    if (onReplayed !== null) table.backlog.start(table.outlet(onReplayed));
  }

  /** Begins to replay. Storage has to be open. */
  start(targets: SpoolTargets): void {
    this.onReplayed = targets.rowsStored;
    for (const table of this.opened) this.startTable(table);
    this.points.backlog.start(this.points.outlet(targets.writeSeries));
  }

  async put(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]> {
    return (await this.table(table)).write(new CellBatch('put', family, rows), options);
  }

  async putRows(table: string, family: Buffer, rows: PackedRows, options?: MutateOptions): Promise<Failure[]> {
    return (await this.table(table)).write(new PackedBatch(family, rows), options);
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
  close(): Promise<void> {
    return this.backlogs.close();
  }

  collectStats(sink: StatsSink): void {
    sink.record('spool.bytes_total', this.backlogs.space.used);
    sink.record('spool.bytes_max', this.backlogs.space.max);
    for (const table of this.opened) table.collectStats(sink);
    this.points.collectStats(sink);
  }
}
