import { uidToHex, hexToUid } from '../schema';
import { PackedCells, type CallOptions, type Storage } from '../storage';
import { metaQualifier, NAME_FAMILY, UID_KINDS, type UidKind, type Uids } from '../uid';
import { IllegalArgumentError } from '../util/errors';
import { TimeSlice } from '../util/time-slice';
import { MAX_TRIES, MetaConflictError } from './conflict';
import { mergeFields } from './merge-fields';
import { checkRecordSize } from './record-size';
import { removeCell } from './remove-cells';
import { settled, type Settled } from './settled';
import { decodeUidMeta, encodeUidMeta, readableUidMeta, UidMetaDraft, type UidMeta, type UidMetaFields } from './uid-meta';

/** A UID and what kind it is of. */
export interface KindedUid {
  readonly kind: UidKind;
  readonly id: Buffer;
}

/** Told of UIDs whose metadata were stored or removed by this process. */
export type UidListener = (uids: readonly KindedUid[]) => void;

const QUALIFIERS: Readonly<Record<UidKind, Buffer>> = {
  metrics: metaQualifier('metrics'),
  tagk: metaQualifier('tagk'),
  tagv: metaQualifier('tagv'),
};

/** Metadata of UIDs, in the UID table beside their names. Mirrors UIDMeta. */
export class UidMetas {
  private readonly listeners: UidListener[] = [];

  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly uids: Uids,
    private readonly now: () => number = Date.now,
  ) {}

  onChange(listener: UidListener): void {
    this.listeners.push(listener);
  }

  private changed(uids: readonly KindedUid[]): void {
    for (const listener of this.listeners) listener(uids);
  }

  /** What is stored of a UID, or what nobody has said anything of. @throws NoSuchUniqueId, IllegalArgumentError for another width, StorageError */
  async get(kind: UidKind, id: Buffer): Promise<UidMeta> {
    const [meta] = await this.list([{ kind, id }]);
    return meta;
  }

  /** The same of many, in their order, with one look-up a kind. @throws as `get` */
  async list(wanted: readonly KindedUid[]): Promise<UidMeta[]> {
    const ids: Record<UidKind, Buffer[]> = { metrics: [], tagk: [], tagv: [] };
    for (const { kind, id } of wanted) ids[kind].push(id);
    const [names, rows] = await Promise.all([
      Promise.all(UID_KINDS.map((kind) => this.uids.getNames(kind, ids[kind]))),
      this.storage.multiGet(
        this.table,
        wanted.map(({ kind, id }) => ({ row: id, family: NAME_FAMILY, qualifiers: [QUALIFIERS[kind]] })),
      ),
    ]);
    const next: Record<UidKind, number> = { metrics: 0, tagk: 0, tagv: 0 };
    const metas: UidMeta[] = [];
    const slice = new TimeSlice();
    for (const [i, { kind, id }] of wanted.entries()) {
      if (slice.isOver()) await slice.next();
      const cell = rows[i]?.get(NAME_FAMILY, QUALIFIERS[kind]) ?? null;
      const fields = cell === null ? new UidMetaDraft().fields.values : decodeUidMeta(cell);
      metas.push({ ...fields, kind, uid: uidToHex(id), name: names[UID_KINDS.indexOf(kind)][next[kind]++] });
    }
    return metas;
  }

  /** What is stored of UIDs, in their order; null: nothing, or no such JSON. Names are not looked at. @throws StorageError */
  async stored(wanted: readonly KindedUid[]): Promise<(UidMetaFields | null)[]> {
    const rows = await this.storage.multiGet(
      this.table,
      wanted.map(({ kind, id }) => ({ row: id, family: NAME_FAMILY, qualifiers: [QUALIFIERS[kind]] })),
    );
    return rows.map((row, i) => {
      const cell = row?.get(NAME_FAMILY, QUALIFIERS[wanted[i].kind]) ?? null;
      return cell && readableUidMeta(cell);
    });
  }

  /** Every UID of which something is stored. @throws StorageError */
  async *everyStored(options: CallOptions = {}): AsyncGenerator<KindedUid[]> {
    const everything = { start: Buffer.alloc(0), stop: Buffer.alloc(0), family: NAME_FAMILY, qualifiers: Object.values(QUALIFIERS) };
    for await (const rows of this.storage.scan(this.table, { ...options, ...everything, withoutValues: true }))
      yield rows.flatMap((row) => {
        const kinds = UID_KINDS.filter(
          (kind) => row.key.length === this.uids.widths[kind] && row.get(NAME_FAMILY, QUALIFIERS[kind]) !== null,
        );
        return kinds.map((kind) => ({ kind, id: Buffer.from(row.key) }));
      });
  }

  /**
   * Writes what a client sent over what is stored: what it left out keeps its stored value, or its default with `replace`.
   * @returns what is stored now; null: the edit changes nothing
   * @throws IllegalArgumentError, NoSuchUniqueId, MetaConflictError, StorageError. Mirrors UIDMeta.syncToStorage
   */
  async save(draft: UidMetaDraft, replace: boolean): Promise<UidMeta | null> {
    const { uid, kind } = this.target(draft);
    if (!draft.fields.any()) return null;
    const id = hexToUid(uid);
    const name = await this.uids.getName(kind, id);
    const qualifier = QUALIFIERS[kind];
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const row = await this.storage.get(this.table, { row: id, family: NAME_FAMILY, qualifiers: [qualifier] });
      const stored = row?.get(NAME_FAMILY, qualifier) ?? null;
      const fields = mergeFields(draft.fields, stored && decodeUidMeta(stored), replace);
      const cell = checkRecordSize(encodeUidMeta(kind, fields), 'Metadata');
      if (!(await this.storage.compareAndSet(this.table, id, NAME_FAMILY, qualifier, stored, cell))) continue;
      this.changed([{ kind, id }]);
      return { ...fields, kind, uid: uidToHex(id), name };
    }
    throw new MetaConflictError('Failed to save the UIDMeta to storage');
  }

  /** Removes what is stored; that there is nothing is fine. @throws IllegalArgumentError, StorageError. Mirrors UIDMeta.delete */
  async delete(draft: UidMetaDraft): Promise<void> {
    const { uid, kind } = this.target(draft);
    const id = hexToUid(uid);
    await removeCell(this.storage, this.table, id, NAME_FAMILY, QUALIFIERS[kind]);
    this.changed([{ kind, id }]);
  }

  /** Stores what there is to say of UIDs that were just assigned. Mirrors UIDMeta.storeNew. @throws StorageError */
  async create(assigned: readonly KindedUid[]): Promise<void> {
    if (assigned.length === 0) return;
    const fields = { ...new UidMetaDraft().fields.values, created: Math.floor(this.now() / 1000) };
    const rows = assigned.map(({ kind, id }) => ({ row: id, cells: PackedCells.of(QUALIFIERS[kind], encodeUidMeta(kind, fields)) }));
    const [failure] = await this.storage.put(this.table, NAME_FAMILY, rows);
    this.changed(assigned);
    if (failure !== undefined) throw failure.error;
  }

  /**
   * Sees to it that there is metadata of a UID, and that it was not created long after the UID's first point.
   * @param since seconds: the hour of that point
   * @returns what was done. Mirrors what MetaSync does with a UIDMeta
   * @throws MetaConflictError, StorageError
   */
  async settle({ kind, id }: KindedUid, since: number): Promise<Settled> {
    const qualifier = QUALIFIERS[kind];
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const row = await this.storage.get(this.table, { row: id, family: NAME_FAMILY, qualifiers: [qualifier] });
      const stored = row?.get(NAME_FAMILY, qualifier) ?? null;
      const { done, fields } = settled(stored, decodeUidMeta, new UidMetaDraft().fields.values, since);
      if (done === 'kept') return done;
      if (!(await this.storage.compareAndSet(this.table, id, NAME_FAMILY, qualifier, stored, encodeUidMeta(kind, fields)))) continue;
      this.changed([{ kind, id }]);
      return done;
    }
    throw new MetaConflictError('Failed to save the UIDMeta to storage');
  }

  private target({ uid, kind }: UidMetaDraft): { uid: string; kind: UidKind } {
    if (uid === null || uid === '') throw new IllegalArgumentError('Missing UID');
    if (kind === null) throw new IllegalArgumentError('Missing type');
    return { uid, kind };
  }
}
