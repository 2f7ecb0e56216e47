import type { Storage } from '../../storage';
import { UID_KINDS, type UidKind } from '../../uid';
import { readUsedIds } from '../../uid/stats';
import { ID_FAMILY, MAXID_ROW } from '../../uid/uid-table';
import type { UidTranslation } from './uid-translation';

const EVERYTHING = Buffer.alloc(0);

/** One store's UID table. */
export interface UidStore {
  readonly storage: Storage;
  readonly table: string;
}

/**
 * Whether every name that one store has is a name of the other with the same number, so that numbers can be kept: an empty one, or one that was
 * filled so before.
 * @param translation of the numbers of `source`
 * @throws StorageError
 */
export async function hasSameNumbers(target: UidStore, source: UidStore, translation: UidTranslation): Promise<boolean> {
  for await (const rows of target.storage.scan(target.table, { start: EVERYTHING, stop: EVERYTHING, family: ID_FAMILY })) {
    const named = rows.filter(({ key }) => !key.equals(MAXID_ROW));
    const there = await source.storage.multiGet(
      source.table,
      named.map(({ key }) => ({ row: key, family: ID_FAMILY })),
    );
    for (const [i, row] of named.entries())
      for (let cell = 0; cell < row.size; cell++) {
        const qualifier = row.qualifier(cell);
        const kind = UID_KINDS.find((each) => qualifier.equals(Buffer.from(each)));
        if (kind === undefined) continue;
        const id = there[i]?.get(ID_FAMILY, qualifier) ?? null;
        if (id === null || translation.of(kind, id)?.equals(row.value(cell)) !== true) return false;
      }
  }
  return true;
}

/** Makes sure that one store assigns no number that the other has assigned. @throws StorageError */
export async function raiseCounters(target: UidStore, source: UidStore): Promise<void> {
  const wanted = await readUsedIds(source.storage, source.table);
  const used = await readUsedIds(target.storage, target.table);
  for (const kind of UID_KINDS) await raise(target, kind, wanted[kind] - used[kind]);
}

async function raise({ storage, table }: UidStore, kind: UidKind, amount: bigint): Promise<void> {
  if (amount > 0n) await storage.increment(table, MAXID_ROW, ID_FAMILY, Buffer.from(kind), amount);
}
