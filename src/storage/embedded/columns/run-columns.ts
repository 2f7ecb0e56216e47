/**
 * The cells of a run by columns, where all are those of points: qualifiers of one length, two bytes or four, whose flags say how long the
 * value is.
 *
 *   how many (number) | length of qualifiers (1) | times | qualifiers | values
 */
import type { CellList } from '../cell-list';
import type { RunTarget } from '../run-target';
import { numberEnd, readNumber, writeNumber } from './bit-stream';
import { intColumnBytes, readInts, writeInts } from './int-column';
import { ValueColumn, valueLengthOf } from './value-column';

const SHORT = 2;
const LONG = 4;

let numbers = new Float64Array(256);
let times = new Float64Array(256);
let places = new Int32Array(256);
let flags = new Uint8Array(256);
const values = new ValueColumn();

/** Bytes of so many cells, at most. */
export function columnsBytes(count: number): number {
  return 16 + 2 * intColumnBytes(count) + ValueColumn.bytes(count);
}

/** @returns where they end; negative: the cells are not those of points */
export function writeColumns(cells: CellList, first: number, count: number, target: Buffer, at: number): number {
  const width = cells.qualifierLength(first);
  if (width !== SHORT && width !== LONG) return -1;
  room(count);
  const d = cells.data;
  for (let i = 0; i < count; i++) {
    const cell = first + i;
    const q = cells.qualifierAt(cell);
    if (cells.qualifierLength(cell) !== width) return -1;
    const flag = d[q + width - 1];
    if (cells.valueLength(cell) !== valueLengthOf(flag)) return -1;
    flags[i] = flag;
    numbers[i] = width === SHORT ? (d[q] << 8) | flag : d.readUInt32BE(q);
    times[i] = cells.timestamps[cell];
    places[i] = cells.valueAt(cell);
  }
  at = writeNumber(count, target, at);
  target[at++] = width;
  at = writeInts(times, count, target, at);
  at = writeInts(numbers, count, target, at);
  return values.write(d, places, flags, count, target, at);
}

/** Adds the cells to a list. @returns how many */
export function readColumns(list: RunTarget, source: Buffer, at: number): number {
  const count = readNumber(source, at);
  at = numberEnd.at;
  room(count);
  const width = source[at++];
  at = readInts(source, at, count, times);
  at = readInts(source, at, count, numbers);
  for (let i = 0; i < count; i++) {
    const n = numbers[i];
    const flag = n & 0xff;
    const place = list.place(times[i], width, valueLengthOf(flag));
    const d = list.data;
    if (width === SHORT) {
      d[place] = n >>> 8;
      d[place + 1] = n;
    } else d.writeUInt32BE(n, place);
    flags[i] = flag;
    places[i] = place + width;
  }
  values.read(source, at, flags, count, list.data, places);
  return count;
}

function room(count: number): void {
  if (count <= flags.length) return;
  numbers = new Float64Array(count * 2);
  times = new Float64Array(count * 2);
  places = new Int32Array(count * 2);
  flags = new Uint8Array(count * 2);
}
