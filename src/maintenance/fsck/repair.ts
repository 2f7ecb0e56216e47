import { DATA_FAMILY, uidToHex, type StoredRow } from '../../schema';
import { PackedCells, type RowDelete, type RowPut } from '../../storage';
import type { Counts } from './counts';

/** A cell that is to be written, with its time in milliseconds. */
export interface NewCell {
  readonly qualifier: Buffer;
  readonly value: Buffer;
  readonly timestamp: number;
}

/** A cell that goes: its versions up to the one that was read. */
export interface OldCell {
  readonly family: Buffer;
  readonly qualifier: Buffer;
  readonly timestamp: number;
}

/** What is to be done in one row: first the puts, and when those can be seen in the row the deletes. */
export interface Repair {
  readonly key: Buffer;
  readonly puts: readonly NewCell[];
  readonly deletes: readonly OldCell[];
  /** What is counted when it is done. */
  readonly counts: Partial<Counts>;
}

/** The deletion of everything that was read of a row; what is written meanwhile stays. */
export function wholeRow(row: StoredRow & { family(i: number): Buffer }, counts: Partial<Counts>): Repair {
  const deletes = Array.from({ length: row.size }, (_, i) => oldCell(row, i));
  return { key: row.key, puts: [], deletes, counts };
}

export function oldCell(row: StoredRow & { family(i: number): Buffer }, cell: number): OldCell {
  return { family: row.family(cell), qualifier: row.qualifier(cell), timestamp: row.timestamp(cell) };
}

export function putOf({ key, puts }: Repair): RowPut {
  const cells = new PackedCells();
  for (const { qualifier, value } of puts) cells.add(qualifier, value);
  return { row: key, cells, timestamps: puts.map(({ timestamp }) => timestamp) };
}

/** One for each family. */
export function deletesOf({ key, deletes }: Repair): RowDelete[] {
  const families = new Map<string, OldCell[]>();
  for (const cell of deletes) {
    const name = cell.family.toString('latin1');
    families.set(name, [...(families.get(name) ?? []), cell]);
  }
  return [...families.values()].map((cells) => {
    const qualifiers = cells.map(({ qualifier }) => qualifier);
    return { row: key, family: cells[0].family, qualifiers, timestamps: cells.map(({ timestamp }) => timestamp) };
  });
}

/** The mutations in words, in the order in which they are made: `put ROW t:QUALIFIER VALUE @TIME` and `delete ROW t:QUALIFIER @TIME`, in hexadecimal. */
export function repairLines({ key, puts, deletes }: Repair): string[] {
  const row = uidToHex(key);
  return [
    ...puts.map(
      ({ qualifier, value, timestamp }) => `put ${row} ${DATA_FAMILY.toString()}:${uidToHex(qualifier)} ${uidToHex(value)} @${timestamp}`,
    ),
    ...deletes.map(({ family, qualifier, timestamp }) => `delete ${row} ${family.toString()}:${uidToHex(qualifier)} @${timestamp}`),
  ];
}
