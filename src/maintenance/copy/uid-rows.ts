import { uidToHex } from '../../schema';
import type { Row } from '../../storage';
import { metaQualifier, UID_KINDS, type UidKind } from '../../uid';
import { ID_FAMILY, MAXID_ROW, NAME_FAMILY } from '../../uid/uid-table';
import { addUid, type UidSets } from '../uid-sets';
import { cellsOf, type CopiedCell, type CopiedRow, type RowTranslation } from './row-translation';
import type { UidTranslation } from './uid-translation';

const KINDS: ReadonlyMap<string, UidKind> = new Map(
  UID_KINDS.flatMap((kind): [string, UidKind][] => [
    [kind, kind],
    [metaQualifier(kind).toString(), kind],
  ]),
);
const MAPPINGS: ReadonlySet<string> = new Set(UID_KINDS);

/** The kind of UID that a cell of the UID table is about, by its column; undefined: of none. */
const kindOfCell = ({ qualifier }: CopiedCell): UidKind | undefined => KINDS.get(qualifier.toString('latin1'));

/**
 * Rows of the UID table. Where the other store has the same numbers, mappings go along with their metadata; where it has numbers of its own, each
 * name gets one there, and only the metadata is copied. Counters are no mappings: see {@link raiseCounters}.
 */
export class UidRows implements RowTranslation {
  /** @param withMappings the other store has the same numbers */
  constructor(
    private readonly uids: UidTranslation,
    private readonly withMappings: boolean,
  ) {}

  collect(row: Row, ids: UidSets): void {
    for (const cell of cellsOf(row)) {
      const kind = kindOfCell(cell);
      if (kind !== undefined && cell.family.equals(NAME_FAMILY)) addUid(ids, kind, row.key);
    }
  }

  translate(row: Row): readonly CopiedRow[] | string {
    if (row.key.equals(MAXID_ROW)) return [];
    const rows: CopiedRow[] = [];
    // One row can be a UID of each kind, and a name of each: these become different rows.
    for (const cell of cellsOf(row)) {
      const kind = kindOfCell(cell);
      if (kind === undefined) continue;
      const isMapping = MAPPINGS.has(cell.qualifier.toString('latin1'));
      if (isMapping && !this.withMappings) continue;
      if (cell.family.equals(ID_FAMILY)) {
        const id = this.uids.of(kind, cell.value);
        if (id === null) return `the UID ${uidToHex(cell.value)} of a name of ${kind} does not fit`;
        rows.push({ key: row.key, cells: [{ ...cell, value: id }] });
      } else {
        const key = this.uids.of(kind, row.key);
        if (key === null) return `the UID ${uidToHex(row.key)} of ${kind} has no counterpart`;
        rows.push({ key, cells: [cell] });
      }
    }
    return rows;
  }
}
