import type { Storage } from '../../storage';
import type { DataModel } from '../../tables';
import { UID_KINDS, type NameCodec, type UidKind } from '../../uid';
import { UidTable } from '../../uid/uid-table';
import { newUidSets, type UidSets } from '../uid-sets';

/** UIDs of a kind that are remembered. */
const MOST = 1_000_000;

/**
 * Says which UIDs have no name. That a UID has one is remembered; that it has none is found out each time: it may get one at any moment, and has it before the
 * first row refers to it.
 */
export class NamelessIds {
  private readonly tables: Record<UidKind, UidTable>;
  private readonly known = newUidSets();

  constructor(storage: Storage, { tables, widths }: DataModel, codec: NameCodec) {
    const table = (kind: UidKind): UidTable => new UidTable(storage, tables.uid.name, kind, widths[kind], codec);
    this.tables = { metrics: table('metrics'), tagk: table('tagk'), tagv: table('tagv') };
  }

  /** Those of the UIDs that have no name now. @throws StorageError */
  async of(ids: UidSets): Promise<UidSets> {
    const nameless = newUidSets();
    await Promise.all(
      UID_KINDS.map(async (kind) => {
        const known = this.known[kind];
        const asked = [...ids[kind]].filter((id) => !known.has(id));
        if (asked.length === 0) return;
        const names = await this.tables[kind].reverse(asked.map((id) => Buffer.from(id, 'latin1')));
        if (known.size + asked.length > MOST) known.clear();
        asked.forEach((id, i) => (names[i] === null ? nameless[kind] : known).add(id));
      }),
    );
    return nameless;
  }
}
