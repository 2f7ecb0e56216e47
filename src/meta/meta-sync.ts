import { allSalts, baseTimeAt, baseTimeOfKey, DATA_FAMILY, keysWithPrefix, tagsAt, tsuidOfKey, uidToHex } from '../schema';
import type { Row, Storage } from '../storage';
import type { DataModel } from '../tables';
import { namesOfSeries, NoSuchUniqueId, type UidKind, type Uids } from '../uid';
import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import type { Meta } from './meta';
import type { Settled } from './settled';
import type { KindedUid } from './uid-metas';

/** What a synchronisation works with. */
export interface MetaSyncParts {
  readonly storage: Storage;
  readonly model: DataModel;
  readonly uids: Uids;
  readonly meta: Pick<Meta, 'uidMetas' | 'tsMetas'>;
  readonly logger: Log;
  /** Told of series that have got their first metadata. */
  readonly created?: (tsuid: Buffer) => Promise<void>;
  /** Ends it between two batches. */
  readonly signal?: AbortSignal;
  /** Told of rows that have been read. */
  readonly progress?: (rows: number) => void;
}

/** Series that are looked at together. */
const AT_ONCE = 64;

const TYPES: Readonly<Record<UidKind, string>> = { metrics: 'METRIC', tagk: 'TAGK', tagv: 'TAGV' };

/**
 * Goes through the data table and sees to it that each series, and each UID in it, has its metadata. It can be stopped at any time and run again.
 * Mirrors MetaSync; but series get their metadata in the first run, whatever is configured, and each row is read once.
 */
export class MetaSync {
  private readonly seenUids = new Set<string>();
  private readonly seenSeries = new Set<string>();

  constructor(private readonly parts: MetaSyncParts) {}

  /** How many ranges there are to go through: one a salt bucket. */
  get ranges(): readonly Buffer[] {
    return allSalts(this.parts.model.layout);
  }

  /** Goes through one of the ranges. @throws StorageError, and the signal's reason */
  async run(salt: Buffer): Promise<void> {
    const { storage, model, progress, signal } = this.parts;
    const scan = storage.scan(model.tables.data.name, {
      ...keysWithPrefix(salt),
      family: DATA_FAMILY,
      firstCellOnly: true,
      withoutValues: true,
    });
    for await (const rows of scan) {
      signal?.throwIfAborted();
      const fresh = rows.filter((row) => this.isNew(row));
      for (let at = 0; at < fresh.length; at += AT_ONCE) {
        signal?.throwIfAborted();
        await Promise.all(fresh.slice(at, at + AT_ONCE).map((row) => this.settle(row)));
      }
      progress?.(rows.length);
    }
  }

  /** Rows without tags hold global annotations. */
  private isNew({ key }: Row): boolean {
    const { layout } = this.parts.model;
    const tags = key.length - tagsAt(layout);
    if (tags <= 0 || tags % (layout.tagk + layout.tagv) !== 0) return false;
    const series = key.toString('latin1', layout.salt, baseTimeAt(layout)) + key.toString('latin1', tagsAt(layout));
    if (this.seenSeries.has(series)) return false;
    this.seenSeries.add(series);
    return true;
  }

  private async settle({ key }: Row): Promise<void> {
    const { model, uids, logger } = this.parts;
    const tsuid = tsuidOfKey(model.layout, key);
    const since = baseTimeOfKey(model.layout, key);
    try {
      await namesOfSeries(uids, [tsuid]);
    } catch (error) {
      if (!(error instanceof NoSuchUniqueId)) throw error;
      logger.warn(`Timeseries [${uidToHex(tsuid)}] includes a non-existant UID: ${messageOf(error)}`);
      return;
    }
    await Promise.all(this.uidsOf(tsuid).map((uid) => this.settleUid(uid, since)));
    await this.settleSeries(tsuid, since);
  }

  private async settleUid(uid: KindedUid, since: number): Promise<void> {
    const { meta, logger } = this.parts;
    const name = `${uid.kind} ${uid.id.toString('latin1')}`;
    if (this.seenUids.has(name)) return;
    this.seenUids.add(name);
    const done = await meta.uidMetas.settle(uid, since);
    if (done === 'kept') return;
    const shown = `[${uidToHex(uid.id)}] of type [${TYPES[uid.kind]}]`;
    if (done === 'replaced') logger.info(`Replacing corrupt UID ${shown}`);
    else logger.info(`Updating UID ${shown}`);
    logger.info(`Syncing valid UID ${shown}`);
  }

  private async settleSeries(tsuid: Buffer, since: number): Promise<void> {
    const { meta, logger, created } = this.parts;
    const { done, wasCounted } = await meta.tsMetas.settle(tsuid, since);
    const shown = `[${uidToHex(tsuid)}]`;
    const told: Record<Settled, string | null> = {
      kept: null,
      created: wasCounted
        ? `Counter exists but meta was null, creating meta data for timeseries ${shown}`
        : `Created counter and meta for timeseries ${shown}`,
      backdated: `Updated created timestamp for timeseries ${shown}`,
      replaced: null,
    };
    if (done === 'replaced') logger.warn(`Replacing corrupt meta data for timeseries ${shown}`);
    if (told[done] !== null) logger.info(told[done]);
    if (done === 'created') await created?.(tsuid);
  }

  private uidsOf(tsuid: Buffer): KindedUid[] {
    const { metrics, tagk, tagv } = this.parts.model.widths;
    const found: KindedUid[] = [{ kind: 'metrics', id: tsuid.subarray(0, metrics) }];
    for (let at = metrics; at < tsuid.length; at += tagk + tagv) {
      found.push({ kind: 'tagk', id: tsuid.subarray(at, at + tagk) });
      found.push({ kind: 'tagv', id: tsuid.subarray(at + tagk, at + tagk + tagv) });
    }
    return found;
  }
}
