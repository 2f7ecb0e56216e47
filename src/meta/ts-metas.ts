import { JsonError } from '../json';
import { hexToUid, uidToHex } from '../schema';
import type { CallOptions, Row, Storage } from '../storage';
import { NoSuchUniqueId, type UidWidths } from '../uid';
import { IllegalArgumentError } from '../util/errors';
import { MAX_TRIES, MetaConflictError } from './conflict';
import { mergeFields } from './merge-fields';
import { checkRecordSize } from './record-size';
import { removeCell } from './remove-cells';
import type { SeriesSelection } from './series-selection';
import { COUNTER_COLUMN, META_COLUMN, META_FAMILY, type SeriesTable } from './series-table';
import { settled, type Settled } from './settled';
import { uidsOf } from './tsuid';
import { decodeTsMeta, encodeTsMeta, readableTsMeta, TsMetaDraft, type TsMeta, type TsMetaFields } from './ts-meta';
import type { KindedUid, UidMetas } from './uid-metas';

const COLUMNS = [META_COLUMN, COUNTER_COLUMN];
/** Series that are read with all that is known of their names, which may be much. */
const LISTED_AT_ONCE = 16;
const EVERY_SERIES: SeriesSelection = { metric: null, tags: [], anyTagvs: null };

/** Told of series whose metadata were stored or removed by this process. */
export type SeriesListener = (tsuids: readonly Buffer[]) => void;

/** A row of the meta table as it is read. */
interface StoredSeries {
  readonly tsuid: Buffer;
  readonly fields: TsMetaFields;
  /** What `fields` were read from. */
  readonly cell: Buffer;
  readonly lastReceived: number;
  readonly totalDatapoints: bigint;
}

/** Points that a counter does not tell yet, and when the last of them came, in seconds. */
export interface UncountedPoints {
  readonly points: number;
  readonly seenAt: number;
}

function withPoints(series: StoredSeries, more: UncountedPoints | null): StoredSeries {
  if (more === null) return series;
  const { lastReceived, totalDatapoints } = series;
  return { ...series, lastReceived: Math.max(lastReceived, more.seenAt), totalDatapoints: totalDatapoints + BigInt(more.points) };
}

/** What metadata of series are read and written with. */
export interface TsMetaParts {
  readonly storage: Storage;
  /** Name of the meta table. */
  readonly table: string;
  readonly widths: UidWidths;
  readonly series: SeriesTable;
  readonly uidMetas: UidMetas;
  /** Points of this process that a series's counter does not tell yet; absent: there are none. */
  readonly uncounted?: (tsuid: Buffer) => UncountedPoints | null;
  /** Those of each other worker; absent: there are none. */
  readonly uncountedElsewhere?: (tsuids: readonly Buffer[]) => Promise<readonly (UncountedPoints | null)[][]>;
  /** Milliseconds since the epoch; absent: the system's clock. */
  readonly now?: () => number;
}

/** Metadata of time series, in the meta table. Mirrors TSMeta. */
export class TsMetas {
  private readonly listeners: SeriesListener[] = [];
  private readonly storage: Storage;
  private readonly table: string;
  private readonly widths: UidWidths;
  private readonly series: SeriesTable;
  private readonly uidMetas: UidMetas;
  private readonly uncounted: (tsuid: Buffer) => UncountedPoints | null;
  private readonly uncountedElsewhere: (tsuids: readonly Buffer[]) => Promise<readonly (UncountedPoints | null)[][]>;
  private readonly now: () => number;

  constructor(parts: TsMetaParts) {
    ({ storage: this.storage, table: this.table, widths: this.widths, series: this.series, uidMetas: this.uidMetas } = parts);
    this.uncounted = parts.uncounted ?? (() => null);
    this.uncountedElsewhere = parts.uncountedElsewhere ?? (() => Promise.resolve([]));
    this.now = parts.now ?? Date.now;
  }

  onChange(listener: SeriesListener): void {
    this.listeners.push(listener);
  }

  private changed(tsuid: Buffer): void {
    for (const listener of this.listeners) listener([tsuid]);
  }

  /** What is stored of a series, with the metadata of its UIDs; null: nothing. @throws NoSuchUniqueId, StorageError */
  async get(tsuid: Buffer): Promise<TsMeta | null> {
    const stored = await this.read(tsuid);
    return stored && this.whole(stored);
  }

  /** Whether there is metadata of a series. @throws StorageError */
  async exists(tsuid: Buffer): Promise<boolean> {
    return (await this.storage.get(this.table, { row: tsuid, family: META_FAMILY, qualifiers: [META_COLUMN] })) !== null;
  }

  /** The metadata of the series of a selection, batch by batch, in the order of their TSUIDs. @throws NoSuchUniqueId, StorageError */
  async *list(selection: SeriesSelection, options: CallOptions = {}): AsyncGenerator<TsMeta[]> {
    for await (const rows of this.series.rows(selection, { ...options, qualifiers: COLUMNS })) {
      for (let at = 0; at < rows.length; at += LISTED_AT_ONCE) {
        const some = rows.slice(at, at + LISTED_AT_ONCE).map((row) => this.stored(row));
        const stored = await this.withElsewhere(some.filter((series) => series !== null));
        if (stored.length > 0) yield await this.wholes(stored);
      }
    }
  }

  /** What is stored of series, in their order; null: nothing, or no such JSON. UIDs are not looked at. @throws StorageError */
  async storedFields(tsuids: readonly Buffer[]): Promise<(TsMetaFields | null)[]> {
    const rows = await this.storage.multiGet(
      this.table,
      tsuids.map((row) => ({ row, family: META_FAMILY, qualifiers: [META_COLUMN] })),
    );
    return rows.map((row) => {
      const cell = row?.get(META_FAMILY, META_COLUMN) ?? null;
      return cell && readableTsMeta(cell);
    });
  }

  /** Every series of which something is stored, in the order of their TSUIDs. @throws StorageError */
  async *everyStored(options: CallOptions & { batchRows?: number } = {}): AsyncGenerator<{ tsuid: Buffer; fields: TsMetaFields }[]> {
    for await (const rows of this.series.rows(EVERY_SERIES, { ...options, qualifiers: [META_COLUMN] })) {
      const batch = rows.map((row) => ({ tsuid: Buffer.from(row.key), fields: readableTsMeta(row.value(0)) }));
      yield batch.flatMap(({ tsuid, fields }) => (fields === null ? [] : { tsuid, fields }));
    }
  }

  /** The metadata of series in their order; null for those of which nothing is stored, or that a UID without a name keeps from being told. @throws StorageError */
  async ofSeries(tsuids: readonly Buffer[]): Promise<(TsMeta | null)[]> {
    const rows = await this.storage.multiGet(
      this.table,
      tsuids.map((row) => ({ row, family: META_FAMILY, qualifiers: COLUMNS })),
    );
    const stored = rows.map((row) => (row !== null && isReadable(row) ? this.stored(row) : null));
    const found = await this.withElsewhere(stored.filter((series) => series !== null));
    const wholes = await this.wholes(found).catch((error: unknown) => {
      if (isOfOneSeries(error)) return null;
      throw error;
    });
    let next = 0;
    if (wholes === null) return Promise.all(stored.map(async (series) => series && this.wholeOrNull(found[next++])));
    return stored.map((series) => series && wholes[next++]);
  }

  private async wholeOrNull(stored: StoredSeries): Promise<TsMeta | null> {
    try {
      return await this.whole(stored);
    } catch (error) {
      if (isOfOneSeries(error)) return null;
      throw error;
    }
  }

  /**
   * Writes what a client sent over what is stored: what it left out keeps its stored value, or its default with `replace`.
   * @returns what is stored now; null: the edit changes nothing
   * @throws IllegalArgumentError, NoSuchUniqueId, MetaConflictError, StorageError. Mirrors TSMeta.syncToStorage
   */
  async save(draft: TsMetaDraft, replace: boolean): Promise<TsMeta | null> {
    if (draft.tsuid === null || draft.tsuid === '') throw new IllegalArgumentError('Missing TSUID');
    if (!draft.fields.any()) return null;
    const tsuid = this.parse(draft.tsuid);
    const named = await this.uidMetas.list(uidsOf(tsuid, this.widths));
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const stored = await this.read(tsuid);
      if (stored === null) throw new IllegalArgumentError('Requested TSMeta did not exist');
      const fields = mergeFields(draft.fields, stored.fields, replace);
      if (!(await this.compareAndSet(tsuid, stored.cell, fields))) continue;
      this.changed(tsuid);
      return assembled({ ...stored, fields }, named);
    }
    throw new MetaConflictError('Failed to save the TSMeta to storage');
  }

  /**
   * Stores the first metadata of a series that need not have points yet, as a client sent it, with a counter.
   * @returns false: there is some by now
   * @throws IllegalArgumentError, NoSuchUniqueId, StorageError. Mirrors TSMeta.storeNew, and what UniqueIdRpc does around it
   */
  async create(tsuid: Buffer, fields: TsMetaFields): Promise<boolean> {
    this.parse(uidToHex(tsuid));
    await this.uidMetas.list(uidsOf(tsuid, this.widths));
    const created = await this.compareAndSet(tsuid, null, fields);
    if (!created) return false;
    await this.storage.increment(this.table, tsuid, META_FAMILY, COUNTER_COLUMN, 0n);
    this.changed(tsuid);
    return true;
  }

  /**
   * Sees to it that there is metadata of a series, and that it was not created long after the first point; a series that was not counted yet
   * gets a counter, too.
   * @param since seconds: the hour of that point
   * @returns what was done, and whether there was a counter. Mirrors what MetaSync does with a TSMeta
   * @throws MetaConflictError, StorageError
   */
  async settle(tsuid: Buffer, since: number): Promise<{ done: Settled; wasCounted: boolean }> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const row = await this.storage.get(this.table, { row: tsuid, family: META_FAMILY, qualifiers: COLUMNS });
      const stored = row?.get(META_FAMILY, META_COLUMN) ?? null;
      const wasCounted = (row?.get(META_FAMILY, COUNTER_COLUMN) ?? null) !== null;
      const { done, fields } = settled(stored, decodeTsMeta, new TsMetaDraft().fields.values, since);
      if (done === 'kept') return { done, wasCounted };
      if (!(await this.compareAndSet(tsuid, stored, fields))) continue;
      if (stored === null && !wasCounted) await this.storage.increment(this.table, tsuid, META_FAMILY, COUNTER_COLUMN, 1n);
      this.changed(tsuid);
      return { done, wasCounted };
    }
    throw new MetaConflictError('Failed to save the TSMeta to storage');
  }

  /** The cell of a series of which nothing is known but that it is there since now. */
  blank(tsuid: Buffer): Buffer {
    return encodeTsMeta(uidToHex(tsuid), { ...new TsMetaDraft().fields.values, created: Math.floor(this.now() / 1000) });
  }

  /** Removes what is stored, but not the counter; that there is nothing is fine. @throws IllegalArgumentError, StorageError. Mirrors TSMeta.delete */
  async delete(tsuid: string | null): Promise<void> {
    if (tsuid === null || tsuid === '') throw new IllegalArgumentError('Missing UID');
    const row = hexToUid(tsuid);
    await removeCell(this.storage, this.table, row, META_FAMILY, META_COLUMN);
    this.changed(row);
  }

  /** @throws IllegalArgumentError for a TSUID that no series can have */
  private parse(tsuid: string): Buffer {
    const { metrics, tagk, tagv } = this.widths;
    if (tsuid.length <= 2 * metrics) throw new IllegalArgumentError('TSUID is too short, may be missing tags');
    if ((tsuid.length / 2 - metrics) % (tagk + tagv) !== 0)
      throw new IllegalArgumentError('The TSUID appears to be malformed, improper tag width');
    // UID by UID, as in the original: an error names the first that is none.
    const uids = [tsuid.slice(0, 2 * metrics)];
    for (let at = 2 * metrics; at < tsuid.length; at += 2 * (tagk + tagv))
      uids.push(tsuid.slice(at, at + 2 * tagk), tsuid.slice(at + 2 * tagk, at + 2 * (tagk + tagv)));
    return Buffer.concat(uids.map((uid) => hexToUid(uid)));
  }

  private async read(tsuid: Buffer): Promise<StoredSeries | null> {
    const row = await this.storage.get(this.table, { row: tsuid, family: META_FAMILY, qualifiers: COLUMNS });
    const stored = row && this.stored(row);
    return stored && (await this.withElsewhere([stored]))[0];
  }

  /** With what other workers have not counted yet. */
  private async withElsewhere(stored: readonly StoredSeries[]): Promise<readonly StoredSeries[]> {
    const elsewhere = await this.uncountedElsewhere(stored.map(({ tsuid }) => tsuid));
    return elsewhere.reduce((all, more) => all.map((series, i) => withPoints(series, more[i])), stored);
  }

  /** Null for a series that was only counted. */
  private stored(row: Row): StoredSeries | null {
    const meta = row.get(META_FAMILY, META_COLUMN);
    if (meta === null) return null;
    let lastReceived = 0;
    let totalDatapoints = 0n;
    for (let i = 0; i < row.size; i++) {
      if (!row.qualifier(i).equals(COUNTER_COLUMN) || row.valueLength(i) !== 8) continue;
      lastReceived = Math.floor(row.timestamp(i) / 1000);
      totalDatapoints = row.value(i).readBigInt64BE();
    }
    const series = { tsuid: Buffer.from(row.key), fields: decodeTsMeta(meta), cell: meta, lastReceived, totalDatapoints };
    return withPoints(series, this.uncounted(row.key));
  }

  private compareAndSet(tsuid: Buffer, expected: Buffer | null, fields: TsMetaFields): Promise<boolean> {
    return this.storage.compareAndSet(
      this.table,
      tsuid,
      META_FAMILY,
      META_COLUMN,
      expected,
      checkRecordSize(encodeTsMeta(uidToHex(tsuid), fields), 'Metadata'),
    );
  }

  private async whole(stored: StoredSeries): Promise<TsMeta> {
    return assembled(stored, await this.uidMetas.list(uidsOf(stored.tsuid, this.widths)));
  }

  /** With one look-up for the UIDs of all. */
  private async wholes(stored: readonly StoredSeries[]): Promise<TsMeta[]> {
    const uids = stored.map(({ tsuid }) => uidsOf(tsuid, this.widths));
    const distinct = new Map<string, KindedUid>();
    for (const uid of uids.flat()) distinct.set(keyOf(uid), uid);
    const metas = await this.uidMetas.list([...distinct.values()]);
    const known = new Map([...distinct.keys()].map((key, i) => [key, metas[i]]));
    return stored.map((series, i) =>
      assembled(
        series,
        uids[i].flatMap((uid) => known.get(keyOf(uid)) ?? []),
      ),
    );
  }
}

/** A UID without a name, or with metadata that are no such JSON. */
function isOfOneSeries(error: unknown): boolean {
  return error instanceof NoSuchUniqueId || error instanceof JsonError;
}

function isReadable(row: Row): boolean {
  const meta = row.get(META_FAMILY, META_COLUMN);
  return meta !== null && readableTsMeta(meta) !== null;
}

const keyOf = ({ kind, id }: KindedUid): string => `${kind} ${id.toString('latin1')}`;

/** @param named what is known of the UIDs of its TSUID */
function assembled({ tsuid, fields, lastReceived, totalDatapoints }: StoredSeries, [metric, ...tags]: TsMeta['tags']): TsMeta {
  return { ...fields, tsuid: uidToHex(tsuid), metric, tags, lastReceived, totalDatapoints };
}
