import type { Row } from '../../storage';
import type { UidSets } from '../uid-sets';

/** A cell as it goes into the other store. */
export interface CopiedCell {
  readonly family: Buffer;
  readonly qualifier: Buffer;
  readonly value: Buffer;
  /** Milliseconds: that of the cell it was. */
  readonly timestamp: number;
}

/** A row as it goes into the other store. */
export interface CopiedRow {
  readonly key: Buffer;
  readonly cells: readonly CopiedCell[];
}

/** Translates the rows of one table from one store's keys and UIDs to another's. */
export interface RowTranslation {
  /** Notes the UIDs that `translate` will need. */
  collect(row: Row, ids: UidSets): void;
  /** @returns the rows that it becomes, usually one; a text: why it cannot be copied */
  translate(row: Row): readonly CopiedRow[] | string;
}

/** The cells of a row as they are. */
export function cellsOf(row: Row): CopiedCell[] {
  return Array.from({ length: row.size }, (_, i) => ({
    family: row.family(i),
    qualifier: row.qualifier(i),
    value: row.value(i),
    timestamp: row.timestamp(i),
  }));
}
