import type { Row, RowDelete, Storage } from '../../storage';
import type { DataModel } from '../../tables';
import { metaQualifier, UID_KINDS, type UidKind } from '../../uid';
import { ID_FAMILY, NAME_FAMILY } from '../../uid/uid-table';
import type { UsedUids } from './used-uids';

/** A mapping that no row refers to. */
export interface UnusedUid {
  readonly kind: UidKind;
  readonly id: Buffer;
  /** As it stands in the table. */
  readonly name: Buffer;
  /** Of the cell from UID to name, milliseconds. */
  readonly timestamp: number;
}

/** Told around the end of mappings, so that other processes do not go on using them. */
export interface EndListener {
  changing(): Promise<number | null>;
  changed(token: number | null, names: readonly string[], id: Buffer): Promise<void>;
}

const EVERYTHING = { start: Buffer.alloc(0), stop: Buffer.alloc(0) };

/** The mappings of the UID table that no row refers to, and their deletion. */
export class UnusedUids {
  constructor(
    private readonly storage: Storage,
    private readonly model: DataModel,
    private readonly used: UsedUids,
  ) {}

  /**
   * Mappings from UIDs that are not used, in the order of their UIDs.
   * @param before milliseconds: younger mappings are left out, for points with them may be on their way
   * @throws StorageError
   */
  async *list(kinds: readonly UidKind[], before: number, signal?: AbortSignal): AsyncGenerator<UnusedUid[]> {
    const scan = { ...EVERYTHING, family: NAME_FAMILY, qualifiers: kinds.map((kind) => Buffer.from(kind)), signal };
    for await (const rows of this.storage.scan(this.model.tables.uid.name, scan)) {
      const found = rows.flatMap((row) => this.unusedOf(row, before));
      if (found.length > 0) yield found;
    }
  }

  private unusedOf(row: Row, before: number): UnusedUid[] {
    const found: UnusedUid[] = [];
    for (let i = 0; i < row.size; i++) {
      const kind = UID_KINDS.find((each) => row.qualifier(i).equals(Buffer.from(each)));
      if (kind === undefined || row.key.length !== this.model.widths[kind] || row.timestamp(i) >= before || this.used.has(kind, row.key))
        continue;
      found.push({ kind, id: Buffer.from(row.key), name: Buffer.from(row.value(i)), timestamp: row.timestamp(i) });
    }
    return found;
  }

  /**
   * Ends mappings of one kind: from the name first, so that nobody gets the UID any more, then from the UID, with its metadata. What was written since they were
   * read stays.
   * @param listener told before and after
   * @throws StorageError: some may have ended
   */
  async remove(kind: UidKind, unused: readonly UnusedUid[], listener: EndListener): Promise<void> {
    if (unused.length === 0) return;
    const token = await listener.changing();
    try {
      await this.removeForward(kind, unused);
      const qualifier = Buffer.from(kind);
      const reverse = unused.flatMap(({ id, timestamp }): RowDelete[] => [
        { row: id, family: NAME_FAMILY, qualifiers: [qualifier], timestamps: [timestamp] },
        { row: id, family: NAME_FAMILY, qualifiers: [metaQualifier(kind)] },
      ]);
      await this.delete(reverse);
    } finally {
      const names = unused.map(({ name }) => name.toString('latin1'));
      await listener.changed(token, names, unused[0].id);
    }
  }

  private async removeForward(kind: UidKind, unused: readonly UnusedUid[]): Promise<void> {
    const qualifier = Buffer.from(kind);
    const gets = unused.map(({ name }) => ({ row: name, family: ID_FAMILY, qualifiers: [qualifier] }));
    const rows = await this.storage.multiGet(this.model.tables.uid.name, gets);
    // A name may have another UID by now, or have had one all the time.
    const deletes = unused.flatMap(({ id, name }, i): RowDelete[] => {
      const row = rows[i];
      if (row === null || !row.value(0).equals(id)) return [];
      return [{ row: name, family: ID_FAMILY, qualifiers: [qualifier], timestamps: [row.timestamp(0)] }];
    });
    if (deletes.length > 0) await this.delete(deletes);
  }

  private async delete(deletes: readonly RowDelete[]): Promise<void> {
    const [failure] = await this.storage.delete(this.model.tables.uid.name, deletes);
    if (failure !== undefined) throw failure.error;
  }

  /** Gives a UID back the name that it had, unless it, or the name, has got another. @throws StorageError */
  async restore({ kind, id, name }: UnusedUid): Promise<void> {
    const table = this.model.tables.uid.name;
    const qualifier = Buffer.from(kind);
    await this.storage.compareAndSet(table, id, NAME_FAMILY, qualifier, null, name);
    await this.storage.compareAndSet(table, name, ID_FAMILY, qualifier, null, id);
  }
}
