import type { RootDatabase } from 'lmdb';
import type { ValueWindow } from './cell-value';
import type { CellKey } from './key-codec';
import type { CellDatabase, Entry, RangeStart } from './table';

const NOTHING = Buffer.alloc(0);

/** Opens a database of cells in the LMDB file; made when it is missing. */
export function openCells(root: RootDatabase<Buffer, string>, name: string): CellDatabase {
  const entry: Entry = { keyBytes: NOTHING, keyStart: 0, keyEnd: 0, value: NOTHING, valueLength: 0 };
  const options = {
    name,
    encoding: 'binary' as const,
    keyEncoder: {
      // LMDB itself asks with bytes for the lowest key.
      writeKey: (key: CellKey | RangeStart | Uint8Array, target: Uint8Array, at: number): number => {
        if (!(key instanceof Uint8Array)) return key.writeTo(target, at);
        target.set(key, at);
        return at + key.length;
      },
      readKey: (source: Buffer, start: number, end: number): void => {
        entry.keyBytes = source;
        entry.keyStart = start;
        entry.keyEnd = end;
      },
    },
    encoder: {
      // Says that encode() hands out windows (start, end) on memory that stays as it is.
      copyBuffers: true,
      encode: (value: ValueWindow): ValueWindow => value,
      decode: (bytes: Buffer, length: number): Entry => {
        entry.value = bytes;
        entry.valueLength = length;
        return entry;
      },
    },
  };
  return root.openDB(options) as unknown as CellDatabase;
}
