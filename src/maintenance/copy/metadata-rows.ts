import { hexToUid, uidToHex } from '../../schema';
import type { Row } from '../../storage';
import type { UidSets } from '../uid-sets';
import { cellsOf, type CopiedCell, type CopiedRow, type RowTranslation } from './row-translation';
import type { TsuidTranslation } from './tsuid-translation';

/** Rows of the meta table: one for each series. */
export class MetaRows implements RowTranslation {
  constructor(private readonly tsuids: TsuidTranslation) {}

  collect({ key }: Row, ids: UidSets): void {
    this.tsuids.collect(key, ids);
  }

  translate(row: Row): readonly CopiedRow[] | string {
    const key = this.tsuids.translate(row.key);
    if (key === null) return 'a UID of its series has no counterpart';
    // Of its cells only the metadata is JSON with the name of the series in it; a counter is eight bytes.
    return [{ key, cells: cellsOf(row).map((cell) => ({ ...cell, value: this.tsuids.json(cell.value) })) }];
  }
}

const LEAF = 'leaf:';
/** Columns whose names end with the TSUID of a series that has no place in the tree. */
const UNPLACED = ['tree_collision:', 'tree_not_matched:'];

/** Rows of the tree table: branches are told by names, so only leaves and what could not be placed name series. */
export class TreeRows implements RowTranslation {
  constructor(private readonly tsuids: TsuidTranslation) {}

  collect(row: Row, ids: UidSets): void {
    for (const { qualifier, value } of cellsOf(row)) {
      const column = unplacedColumn(qualifier);
      if (column !== null) {
        this.tsuids.collect(qualifier.subarray(column.length), ids);
        const other = otherSeries(value);
        if (other !== null) this.tsuids.collect(other, ids);
      } else if (startsWith(qualifier, LEAF)) this.tsuids.collectJson(value, ids);
    }
  }

  translate(row: Row): readonly CopiedRow[] {
    return [{ key: row.key, cells: cellsOf(row).map((cell) => this.cell(cell)) }];
  }

  private cell(cell: CopiedCell): CopiedCell {
    const { qualifier, value } = cell;
    if (startsWith(qualifier, LEAF)) return { ...cell, value: this.tsuids.json(value) };
    const column = unplacedColumn(qualifier);
    if (column === null) return cell;
    const tsuid = this.tsuids.translate(qualifier.subarray(column.length));
    if (tsuid === null) return cell;
    const other = otherSeries(value);
    const owner = other && this.tsuids.translate(other);
    return {
      ...cell,
      qualifier: Buffer.concat([Buffer.from(column), tsuid]),
      value: owner === null ? value : Buffer.from(uidToHex(owner)),
    };
  }
}

function startsWith(qualifier: Buffer, start: string): boolean {
  return qualifier.toString('latin1', 0, start.length) === start;
}

function unplacedColumn(qualifier: Buffer): string | null {
  return UNPLACED.find((column) => startsWith(qualifier, column)) ?? null;
}

/** The series that has the place; null: the value is a message. */
function otherSeries(value: Buffer): Buffer | null {
  const text = value.toString('latin1');
  return /^([0-9A-Fa-f]{2})+$/.test(text) ? hexToUid(text) : null;
}
