/** What is read of a range of a table, and how much at a time. */
import type { KeyPlaces } from '../key-ranges';
import type { Row } from '../row';
import type { RowPredicate } from '../row-filter';
import { compareBytes } from './bytes';

export interface Selection {
  /** Inclusive. */
  start: Buffer;
  /** Exclusive; empty: to the end. */
  stop: Buffer;
  family?: Buffer;
  qualifiers?: readonly Buffer[];
  timeRange?: { min: number; max: number };
  firstCellOnly?: boolean;
  accepts: RowPredicate | null;
  /** Where rows that are accepted can be at all; absent: anywhere. */
  places?: KeyPlaces | null;
}

/** When a batch is full: a row that was begun is still read to its end. */
export interface BatchBounds {
  rows: number;
  bytes: number;
  /** Entries looked at, wanted or not: how long the event loop is held. */
  entries: number;
}

export interface Batch {
  rows: Row[];
  /** Where the next batch starts; null: the range is read. */
  next: Buffer | null;
}

/** Whether a cell of the wanted family is wanted. */
export function isWanted(
  { timeRange, qualifiers: wanted }: Selection,
  qualifiers: Uint8Array,
  at: number,
  length: number,
  timestamp: number,
): boolean {
  if (timeRange !== undefined && (timestamp < timeRange.min || timestamp >= timeRange.max)) return false;
  return wanted === undefined || isOneOf(wanted, qualifiers, at, length);
}

export function isOneOf(wanted: readonly Buffer[], qualifiers: Uint8Array, at: number, length: number): boolean {
  return wanted.some((q) => compareBytes(qualifiers, at, length, q, 0, q.length) === 0);
}
