import { columnKindAt, flagsAt, FLAG_FLOAT, offsetMsAt, qualifierLengthAt, valueLengthOf } from '../../schema';
import type { Row } from '../../storage';

const NOT_HEALTHY = -1;

/**
 * Looks over a row as nearly all are, without making an object: points in order of time, each in a cell of its own or all in one compacted column.
 * @param compact more than one cell is more than there should be
 * @returns how many points it has; -1: it needs a closer look
 */
export function healthyPoints(row: Row, compact: boolean): number {
  const { data } = row.block;
  let points = 0;
  let last = -1;
  for (let i = 0; i < row.size; i++) {
    const at = row.qualifierOffset(i);
    const length = row.qualifierLength(i);
    const kind = columnKindAt(data, at, length);
    if (kind === 'compacted') return row.size === 1 ? healthyCompacted(row) : NOT_HEALTHY;
    if (kind !== 'seconds' && kind !== 'milliseconds') return NOT_HEALTHY;
    const offset = offsetMsAt(data, at);
    const valueLength = row.valueLength(i);
    if (offset <= last || !isSound(data, row.valueOffset(i), valueLength, flagsAt(data, at)) || (compact && i > 0)) return NOT_HEALTHY;
    last = offset;
    points++;
  }
  return points;
}

function healthyCompacted(row: Row): number {
  const { data } = row.block;
  const end = row.qualifierOffset(0) + row.qualifierLength(0);
  let valueAt = row.valueOffset(0);
  const valueEnd = valueAt + row.valueLength(0) - 1;
  let points = 0;
  let last = -1;
  let [seconds, milliseconds] = [false, false];
  for (let at = row.qualifierOffset(0); at < end; points++) {
    const length = qualifierLengthAt(data, at);
    if (at + length > end) return NOT_HEALTHY;
    if (length === 2) seconds = true;
    else milliseconds = true;
    const offset = offsetMsAt(data, at);
    const flags = flagsAt(data, at);
    const valueLength = valueLengthOf(flags);
    if (offset <= last || valueAt + valueLength > valueEnd || !isSound(data, valueAt, valueLength, flags)) return NOT_HEALTHY;
    last = offset;
    at += length;
    valueAt += valueLength;
  }
  if (points < 2 || valueAt !== valueEnd || data[valueEnd] !== (seconds && milliseconds ? 1 : 0)) return NOT_HEALTHY;
  return points;
}

/** Whether a value is as its flags say, and no integer on more bytes than it should have. */
function isSound(bytes: Buffer, at: number, length: number, flags: number): boolean {
  if (length !== valueLengthOf(flags)) return false;
  if ((flags & FLAG_FLOAT) !== 0) return length === 4 || length === 8;
  if (length === 8) {
    // One that would fit into four bytes has a head of nothing but its sign.
    const head = bytes.readInt32BE(at);
    return !((head === 0 && bytes[at + 4] < 0x80) || (head === -1 && bytes[at + 4] >= 0x80));
  }
  return length === 1 || length === 2 || length === 4;
}
