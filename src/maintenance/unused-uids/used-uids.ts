import { isGlobalAnnotationKey, tagsAt } from '../../schema';
import type { Row, ScanOptions, Storage } from '../../storage';
import type { DataModel, Table } from '../../tables';
import { readUsedIds } from '../../uid/stats';
import type { UidKind } from '../../uid';
import { Checkpoint } from '../walk/checkpoint';
import { cutTable, rangesBetween } from '../walk/key-ranges';
import type { Pace } from '../walk/pace';
import { walk } from '../walk/walk';
import { UidBitmap } from './uid-bitmap';

/** What the scans are made of. */
export interface UsedUidsParts {
  readonly storage: Storage;
  readonly model: DataModel;
  /** Tables of points: data, rollups, pre-aggregates. Those that are not there are left out. */
  readonly points: readonly Table[];
  readonly threads: number;
  /** Of rows read. */
  readonly pace: Pace;
  /** Told of rows as they are read. */
  readonly progress?: (rows: number) => void;
  readonly signal?: AbortSignal;
}

const KEYS_ONLY = { firstCellOnly: true, withoutValues: true };
const HEX = /^([0-9A-Fa-f]{2})+$/;
/** Columns of the tree table that end in a TSUID; the value of a collision is that of the other series. */
const TSUID_COLUMNS = ['tree_collision:', 'tree_not_matched:'];
const LEAF = 'leaf:';

/**
 * The UIDs that any row refers to: rows of points, of whatever kind, by their keys; metadata of series; leaves, collisions and unplaced series of trees. Takes a
 * bit of memory for each UID.
 */
export class UsedUids {
  /** Rows of points that were read, and those of them whose key is none: what these refer to cannot be told. */
  rows = 0;
  badKeys = 0;
  private readonly used: Record<UidKind, UidBitmap>;

  constructor(private readonly parts: UsedUidsParts) {
    const { metrics, tagk, tagv } = parts.model.widths;
    this.used = { metrics: new UidBitmap(metrics), tagk: new UidBitmap(tagk), tagv: new UidBitmap(tagv) };
  }

  has(kind: UidKind, id: Buffer): boolean {
    return this.used[kind].has(id);
  }

  /**
   * Reads the tables and adds what they refer to.
   * @param since milliseconds: only cells that were written from then on; null: all
   * @throws StorageError, the signal's reason
   */
  async scan(since: number | null): Promise<void> {
    const { model, points } = this.parts;
    const times = since === null ? {} : { timeRange: { min: since, max: Number.MAX_SAFE_INTEGER } };
    for (const { name } of points) await this.walk(name, { ...KEYS_ONLY, ...times }, (row) => this.addKey(row.key));
    await this.walk(model.tables.meta.name, { ...KEYS_ONLY, ...times }, ({ key }) => this.addTsuid(key));
    await this.walk(model.tables.tree.name, times, (row) => this.addTreeRow(row));
  }

  private async walk(table: string, scan: Omit<ScanOptions, 'start' | 'stop'>, see: (row: Row) => void): Promise<void> {
    const { storage, model, threads, pace, progress, signal } = this.parts;
    if (!(await storage.tableExists(table))) return;
    const salted = this.parts.points.some(({ name }) => name === table);
    const ranges = async (): Promise<ReturnType<typeof rangesBetween>> => {
      if (!salted) return rangesBetween(await storage.splits(table));
      const { metrics } = await readUsedIds(storage, model.tables.uid.name);
      return cutTable(storage, table, model, metrics, threads * 4);
    };
    const visit = (rows: readonly Row[]): Promise<Record<string, number>> => {
      rows.forEach(see);
      progress?.(rows.length);
      return Promise.resolve({});
    };
    await walk({ storage, table, ranges, workers: threads, pace, checkpoint: new Checkpoint(null, table), signal, scan }, { visit });
  }

  private addKey(key: Buffer): void {
    const { layout } = this.parts.model;
    this.rows++;
    const tags = tagsAt(layout);
    if (key.length < tags || (key.length - tags) % (layout.tagk + layout.tagv) !== 0) this.badKeys++;
    else if (!isGlobalAnnotationKey(layout, key)) {
      this.used.metrics.add(key, layout.salt);
      this.addTags(key, tags);
    }
  }

  private addTsuid(tsuid: Buffer): void {
    const { widths } = this.parts.model;
    if (tsuid.length < widths.metrics) return;
    this.used.metrics.add(tsuid, 0);
    this.addTags(tsuid, widths.metrics);
  }

  private addTags(bytes: Buffer, from: number): void {
    const { tagk, tagv } = this.parts.model.widths;
    for (let at = from; at + tagk + tagv <= bytes.length; at += tagk + tagv) {
      this.used.tagk.add(bytes, at);
      this.used.tagv.add(bytes, at + tagk);
    }
  }

  private addTreeRow(row: Row): void {
    for (let i = 0; i < row.size; i++) {
      const column = row.qualifier(i).toString('latin1');
      const prefix = TSUID_COLUMNS.find((each) => column.startsWith(each));
      if (prefix !== undefined) {
        this.addTsuid(row.qualifier(i).subarray(prefix.length));
        this.addHex(row.value(i).toString('latin1'));
      }
      if (column.startsWith(LEAF)) this.addHex(/"tsuid":"([0-9A-Fa-f]*)"/.exec(row.value(i).toString('utf8'))?.[1] ?? '');
    }
  }

  private addHex(tsuid: string): void {
    if (HEX.test(tsuid)) this.addTsuid(Buffer.from(tsuid, 'hex'));
  }
}
