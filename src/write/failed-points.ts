import { parseAppendColumn, parseRowKey, readValue, flagsAt, isMsByte, offsetMsAt, type KeyLayout } from '../schema';
import type { Uids } from '../uid/types';
import type { PluginPoint } from './plugins';
import type { FailedRow } from './write-buffer';

/** A point of a failed row, still in bytes. */
interface FailedCell {
  qualifier: Buffer;
  value: Buffer;
}

/** The cells of a failed row, copied: the buffer uses its memory again. */
export function copyCells(failed: FailedRow): { key: Buffer; cells: FailedCell[] } {
  const cells: FailedCell[] = [];
  const packed = failed.cells;
  packed.forEach((qualifierAt, qualifierLength, valueAt, valueLength) => {
    cells.push({
      qualifier: Buffer.from(packed.bytes.subarray(qualifierAt, qualifierAt + qualifierLength)),
      value: Buffer.from(packed.bytes.subarray(valueAt, valueAt + valueLength)),
    });
  });
  const key = Buffer.from(failed.key);
  if (!failed.target.append) return { key, cells };
  return { key, cells: cells.flatMap(({ qualifier, value }) => parseAppendColumn(key, qualifier, value, 0).points) };
}

/** The points of a failed row of the data table, with their names. @throws NoSuchUniqueId, StorageError */
export async function failedPoints(layout: KeyLayout, uids: Uids, key: Buffer, cells: readonly FailedCell[]): Promise<PluginPoint[]> {
  const parts = parseRowKey(layout, key);
  const metric = await uids.getName('metrics', parts.metric);
  const keys = await uids.getNames(
    'tagk',
    parts.tags.map((tag) => tag.tagk),
  );
  const values = await uids.getNames(
    'tagv',
    parts.tags.map((tag) => tag.tagv),
  );
  const tags = new Map(keys.map((name, i) => [name, values[i]]));
  return cells.map(({ qualifier, value }) => {
    const offset = offsetMsAt(qualifier, 0);
    const timestamp = isMsByte(qualifier[0]) ? parts.baseTime * 1000 + offset : parts.baseTime + offset / 1000;
    return { metric, timestamp, value: readValue(value, 0, flagsAt(qualifier, 0)), tags };
  });
}
