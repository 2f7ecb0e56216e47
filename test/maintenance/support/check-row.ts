import { DATA_FAMILY, DEFAULT_LAYOUT } from '../../../src/schema';
import { rowOf, type PlainCell, type Row } from '../../../src/storage';
import type { Counts, Fixes } from '../../../src/maintenance';
import { newCounts } from '../../../src/maintenance/fsck/counts';
import type { FsckLog } from '../../../src/maintenance/fsck/findings';
import { newUidSets } from '../../../src/maintenance/uid-sets';
import type { Repair } from '../../../src/maintenance/fsck/repair';
import { RowCheck } from '../../../src/maintenance/fsck/row-check';
import { RowPlanner } from '../../../src/maintenance/fsck/row-plan';
import type { DamagedCell } from './damaged-rows';

/** A row of cells in hexadecimal; with a key of series `000001000001000001` at 1356998400. */
export function rowOfCells(cells: readonly DamagedCell[], key = Buffer.from('00000150e22700000001000001', 'hex')): Row {
  return rowOf(
    key,
    cells.map(({ qualifier, value, time = 0 }) => {
      return { family: DATA_FAMILY, qualifier: Buffer.from(qualifier, 'hex'), value: Buffer.from(value, 'hex'), timestamp: time };
    }),
  );
}

/** The cells of a row as `QUALIFIER=VALUE` in hexadecimal. */
export function cellsOf(row: Row | null): string {
  if (row === null) return '';
  return Array.from({ length: row.size }, (_, i) => `${row.qualifier(i).toString('hex')}=${row.value(i).toString('hex')}`).join(' ');
}

/** What a check of one row finds, and what is to be done. All names are known. */
export function checkRow(row: Row, fixes: Fixes): { counts: Counts; repair: Repair | null; log: string[] } {
  const log: string[] = [];
  const write = (message: string): void => void log.push(message);
  const sink: FsckLog = { info: write, warn: write, error: write };
  const counts = newCounts();
  const check = new RowCheck(DEFAULT_LAYOUT, fixes, new RowPlanner(fixes, String));
  return { counts, repair: check.check(row, newUidSets(), sink, counts), log };
}

/** The row after a repair; null: nothing is left of it. @param steps how many of puts and deletes were made before the process died */
export function repaired(row: Row, repair: Repair | null, steps = Infinity): Row | null {
  const cells = new Map<string, PlainCell>();
  for (let i = 0; i < row.size; i++) {
    const cell = { family: row.family(i), qualifier: row.qualifier(i), value: row.value(i), timestamp: row.timestamp(i) };
    cells.set(cell.qualifier.toString('hex'), cell);
  }
  let left = steps;
  for (const put of repair?.puts ?? []) {
    if (left-- <= 0) break;
    const there = cells.get(put.qualifier.toString('hex'));
    if (there === undefined || there.timestamp <= put.timestamp) cells.set(put.qualifier.toString('hex'), { family: DATA_FAMILY, ...put });
  }
  for (const { qualifier, timestamp } of repair?.deletes ?? []) {
    if (left-- <= 0) break;
    const name = qualifier.toString('hex');
    if ((cells.get(name)?.timestamp ?? Infinity) <= timestamp) cells.delete(name);
  }
  return cells.size === 0 ? null : rowOf(row.key, [...cells.values()]);
}
