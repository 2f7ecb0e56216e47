import type { Storage } from '../../storage';
import type { KeyRange } from '../walk/key-ranges';
import type { NamelessIds } from './nameless-ids';
import type { RowCheck } from './row-check';

/** Ranges that are looked into, rows of each, and how many there must be to say anything. */
const RANGES = 16;
const ROWS = 25;
const ENOUGH = 20;

/**
 * Whether keys in a table look as the configuration says. With another salt or other widths of UIDs each row has an invalid key or UIDs without a name, and a
 * repair would delete the whole table.
 * @returns how many rows were looked at; null: some of them were as they should be, or there are too few to say
 * @throws StorageError
 */
export async function implausibleRows(
  storage: Storage,
  table: string,
  ranges: readonly KeyRange[],
  ids: NamelessIds,
  rowCheck: RowCheck,
  signal?: AbortSignal,
): Promise<number | null> {
  let seen = 0;
  const step = Math.max(1, Math.floor(ranges.length / RANGES));
  for (let i = 0; i < ranges.length; i += step) {
    const scan = { ...ranges[i], limit: ROWS, batchRows: ROWS, firstCellOnly: true, withoutValues: true, signal };
    for await (const rows of storage.scan(table, scan)) {
      const nameless = await ids.of(rowCheck.idsOf(rows));
      if (rows.some(({ key }) => rowCheck.isPlausible(key, nameless))) return null;
      seen += rows.length;
    }
  }
  return seen >= ENOUGH ? seen : null;
}
