/**
 * The cells that the log put to a row: where they stand, and how they come into lists of columns. A cell's place in such a list is its
 * column: family, zero, qualifier. That orders as (family, qualifier) does.
 */
import { firstThat } from '../../../util/first-that';
import { compareBytes, copyBytes } from '../bytes';
import type { CellList } from '../cell-list';
import { isOneOf } from '../selection';
import { BY_REFERENCE, FAMILY_MASK, FAMILY_SHIFT, found, Operation, OPERATION_MASK, readLogCell, readVarint, ROW_HEADER } from './layout';
import type { CondensedPuts, RowIndex } from './row-index';

/** A row of one segment. */
export interface RowPart {
  index: RowIndex;
  row: number;
}

/** Of each cell of a list, of which entry it is and where it stands in the segment. */
export interface CellPlaces {
  entries: number[];
  places: number[];
}

/** Whether a qualifier is one of those that are asked for. */
export interface IsAsked {
  (bytes: Uint8Array, at: number, length: number): boolean;
  /** No other is below the first, or above the second. */
  bounds?: readonly [low: Buffer | null, high: Buffer | null];
}

/** Only these qualifiers are asked for. */
export function onlyThese(qualifiers: readonly Buffer[]): IsAsked {
  const isAsked = (bytes: Uint8Array, at: number, length: number): boolean => isOneOf(qualifiers, bytes, at, length);
  if (qualifiers.length === 0) return isAsked;
  let [low] = qualifiers;
  let high = low;
  for (const qualifier of qualifiers) {
    if (low.compare(qualifier) > 0) low = qualifier;
    if (high.compare(qualifier) < 0) high = qualifier;
  }
  return Object.assign(isAsked, { bounds: [low, high] as const });
}

/** Adds a cell to a list of columns. */
export function addColumn(
  list: CellList,
  timestamp: number,
  family: Uint8Array,
  qualifiers: Uint8Array,
  qualifierAt: number,
  qualifierLength: number,
  values: Uint8Array,
  valueAt: number,
  valueLength: number,
): void {
  let at = list.place(timestamp, family.length + 1 + qualifierLength, valueLength);
  const { data } = list;
  for (let i = 0; i < family.length; i++) data[at++] = family[i];
  data[at++] = 0;
  for (let i = 0; i < qualifierLength; i++) data[at++] = qualifiers[qualifierAt + i];
  copyBytes(values, valueAt, valueLength, data, at);
}

/** Length of the family in the column of a cell. */
export function familyLength(list: CellList, i: number): number {
  let at = list.qualifierAt(i);
  const from = at;
  while (list.data[at] !== 0) at++;
  return at - from;
}

/** Whether two cells are of one family, whose length in the first one is `length`. */
export function isSameFamily(list: CellList, i: number, length: number, j: number): boolean {
  return compareBytes(list.data, list.qualifierAt(i), length + 1, list.data, list.qualifierAt(j), length + 1) === 0;
}

/** What the log did to a row in the order in which it was written; of what was condensed, the entry that it is known by. */
export function entriesOf({ index, row }: RowPart): readonly number[] {
  const entries: number[] = [];
  for (let entry = index.lastEntry(row); entry >= 0; entry = index.entryBefore(entry)) entries.push(entry);
  return entries.reverse();
}

/** Those of them at the end that only put. */
export function lastPutsOf({ index, row }: RowPart): readonly number[] {
  const entries: number[] = [];
  for (let entry = index.lastEntry(row); entry >= 0 && isPut(index, entry); entry = index.entryBefore(entry)) entries.push(entry);
  return entries.reverse();
}

export function isPut(index: RowIndex, entry: number): boolean {
  const operation = index.segment.bytes[index.entryAt(entry)] & OPERATION_MASK;
  return operation === Operation.put || operation === Operation.putAt;
}

/** Where the cells of an entry start, with how many there are. */
export function bodyAt(bytes: Buffer, entryAt: number): number {
  const at = entryAt + 1;
  return (bytes[entryAt] & BY_REFERENCE) !== 0 ? at + 4 : at + ROW_HEADER + bytes.readUInt16BE(at + 4);
}

/** Cells of an entry, and of what was condensed with it. */
export function cellCountOf(index: RowIndex, entry: number): number {
  const { bytes } = index.segment;
  return index.condensedAt(entry)?.places.length ?? readVarint(bytes, bodyAt(bytes, index.entryAt(entry)));
}

/** Adds the cells of an entry that only puts, and of what was condensed with it. @param from notes where they are from; null: nobody asks */
export function addPuts(list: CellList, index: RowIndex, entry: number, isAsked: IsAsked | null, from: CellPlaces | null): void {
  const condensed = index.condensedAt(entry);
  if (condensed !== null) return addCondensed(list, index, condensed, isAsked, from);
  const { bytes } = index.segment;
  const entryAt = index.entryAt(entry);
  const first = bytes[entryAt];
  const operation = first & OPERATION_MASK;
  const { families, time } = index.headOf(entry);
  const family = families[(first >>> FAMILY_SHIFT) & FAMILY_MASK];
  let count = readVarint(bytes, bodyAt(bytes, entryAt));
  for (let at = found.at; count > 0; count--) {
    const place = at;
    readLogCell(bytes, at, operation);
    at = found.at;
    if (isAsked !== null && !isAsked(bytes, found.qualifierAt, found.qualifierLength)) continue;
    addFound(list, bytes, family, operation === Operation.putAt ? found.timestamp : time);
    from?.entries.push(entry);
    from?.places.push(place);
  }
}

/** The same of those of the condensed cells that have these numbers. */
export function addCondensed(
  list: CellList,
  index: RowIndex,
  puts: CondensedPuts,
  isAsked: IsAsked | null,
  from: CellPlaces | null,
  [start, end] = rangeOf(index, puts, isAsked),
): void {
  const { bytes } = index.segment;
  for (let i = start; i < end; i++) {
    const { family, timestamp } = readCondensed(index, puts, i);
    if (isAsked !== null && !isAsked(bytes, found.qualifierAt, found.qualifierLength)) continue;
    addFound(list, bytes, family, timestamp);
    from?.entries.push(puts.entries[i]);
    from?.places.push(puts.places[i]);
  }
}

/** From which to below which of the cells all are that are asked for. */
export function rangeOf(index: RowIndex, puts: CondensedPuts, isAsked: IsAsked | null): [number, number] {
  const { length } = puts.places;
  const [low, high] = isAsked?.bounds ?? [null, null];
  if ((low === null && high === null) || length === 0) return [0, length];
  const families = [0, length - 1].map((i) => readCondensed(index, puts, i).family);
  // Of several families each is in order for itself.
  if (!families[0].equals(families[1])) return [0, length];
  const compare = (i: number, qualifier: Buffer): number => {
    readCondensed(index, puts, i);
    return compareBytes(index.segment.bytes, found.qualifierAt, found.qualifierLength, qualifier, 0, qualifier.length);
  };
  const start = low === null ? 0 : firstThat(0, length, (i) => compare(i, low) >= 0);
  const end = high === null ? length : firstThat(0, length, (i) => compare(i, high) > 0);
  return [start, end];
}

/** Reads one of these cells into `found`. */
export function readCondensed(index: RowIndex, { entries, places }: CondensedPuts, i: number): { family: Buffer; timestamp: number } {
  const { bytes } = index.segment;
  const first = bytes[index.entryAt(entries[i])];
  const operation = first & OPERATION_MASK;
  const { families, time } = index.headOf(entries[i]);
  readLogCell(bytes, places[i], operation);
  return {
    family: families[(first >>> FAMILY_SHIFT) & FAMILY_MASK],
    timestamp: operation === Operation.putAt ? found.timestamp : time,
  };
}

/** Adds the cell that was read last. */
function addFound(list: CellList, bytes: Buffer, family: Buffer, timestamp: number): void {
  addColumn(list, timestamp, family, bytes, found.qualifierAt, found.qualifierLength, bytes, found.valueAt, found.valueLength);
}
