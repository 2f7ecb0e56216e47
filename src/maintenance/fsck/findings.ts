import { describeCell, uidToHex, type StoredRow } from '../../schema';
import type { Counts } from './counts';

/** Where lines go; those of a tool have its worker's name in front. */
export interface FsckLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What one row's check has found: lines in the original's words, and counts. */
export interface Findings {
  readonly log: FsckLog;
  readonly counts: Counts;
}

/** A cell as the original's lines show it. */
export function cellText(row: StoredRow, cell: number): string {
  return describeCell(row.key, row.qualifier(cell), row.value(cell), row.timestamp(cell));
}

/** The line of a cell that something is wrong with. */
export function aboutCell(message: string, row: StoredRow, cell: number): string {
  return `${message}\n\t${cellText(row, cell)}`;
}

/** The line of a row that something is wrong with. */
export function aboutKey(message: string, key: Buffer, reason?: string): string {
  return `${message}\n\tKey: ${uidToHex(key)}${reason === undefined ? '' : `\n\t${reason}`}`;
}
