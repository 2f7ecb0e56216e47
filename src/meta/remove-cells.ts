import type { Row, RowDelete, Storage } from '../storage';

/**
 * Removes columns of a row up to the versions that are there now. A removal without times would also hide what is written in the same millisecond
 * after it, though its writer is told that it is stored.
 * @param columns of the row, as it was read
 */
export function removalOf(row: Row, columns: (qualifier: Buffer) => boolean): RowDelete | null {
  const qualifiers: Buffer[] = [];
  const timestamps: number[] = [];
  for (let i = 0; i < row.size; i++) {
    if (!columns(row.qualifier(i))) continue;
    qualifiers.push(Buffer.from(row.qualifier(i)));
    timestamps.push(row.timestamp(i));
  }
  return qualifiers.length === 0 ? null : { row: Buffer.from(row.key), family: Buffer.from(row.family(0)), qualifiers, timestamps };
}

/** Removes one cell, as `removalOf`; that there is none is fine. @throws StorageError */
export async function removeCell(storage: Storage, table: string, row: Buffer, family: Buffer, qualifier: Buffer): Promise<void> {
  const found = await storage.get(table, { row, family, qualifiers: [qualifier] });
  const removal = found && removalOf(found, () => true);
  if (removal === null) return;
  const [failure] = await storage.delete(table, [removal]);
  if (failure !== undefined) throw failure.error;
}
