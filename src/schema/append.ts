import { describeCell, prettyBytes } from './bytes';
import { APPEND_PREFIX } from './column';
import { corruptedValue, type PointCell } from './compacted';
import { IllegalArgumentError, IllegalDataError } from './errors';
import { flagsAt, offsetMsAt, qualifierLengthAt, valueLengthOf } from './qualifier';

/** The one column of a row written in append mode. Mirrors AppendDataPoints.APPEND_COLUMN_QUALIFIER. */
export const APPEND_QUALIFIER = Buffer.from([APPEND_PREFIX, 0, 0]);

/** What an append column holds. */
export interface AppendColumn {
  /** Sorted by offset, of equal offsets the last one appended; views into the value. */
  points: PointCell[];
  /** Entries were out of order or replaced: the column is worth writing anew. */
  repairable: boolean;
}

/** A whole append column of points that are in order, as a repair writes it. */
export function buildAppendColumn(points: readonly PointCell[]): Buffer {
  return Buffer.concat(points.flatMap((p) => [p.qualifier, p.value]));
}

/**
 * Takes an append column apart. Mirrors AppendDataPoints.parseKeyValue.
 * @param key,timestamp only for error messages
 * @throws IllegalArgumentError when the qualifier is no append column's, IllegalDataError when an entry is cut off
 */
export function parseAppendColumn(key: Uint8Array, qualifier: Uint8Array, value: Buffer, timestamp: number): AppendColumn {
  if (qualifier.length !== 3 || qualifier[0] !== APPEND_PREFIX)
    throw new IllegalArgumentError(
      `Can not parse cell, it is not  an appended cell. It has a different qualifier ${prettyBytes(qualifier)}, row key ${prettyBytes(key)}`,
    );
  const byOffset = new Map<number, PointCell>();
  const cutOff = (consumed: number): IllegalDataError =>
    corruptedValue(consumed, value.length, () => describeCell(key, qualifier, value, timestamp), sortedPoints(byOffset));
  let ordered = true;
  let last = -1;
  for (let at = 0; at < value.length;) {
    if (at >= value.length - 1)
      throw new IllegalDataError(`Offset of [${at}] is out of bounds for the qualifier length of [${value.length}]`);
    const valueAt = at + qualifierLengthAt(value, at);
    if (valueAt > value.length) throw cutOff(at);
    const end = valueAt + valueLengthOf(flagsAt(value, at));
    if (end > value.length) throw cutOff(valueAt);
    const offset = offsetMsAt(value, at);
    if (offset <= last) ordered = false;
    last = offset;
    byOffset.set(offset, { qualifier: value.subarray(at, valueAt), value: value.subarray(valueAt, end) });
    at = end;
  }
  return { points: ordered ? [...byOffset.values()] : sortedPoints(byOffset), repairable: !ordered };
}

function sortedPoints(byOffset: ReadonlyMap<number, PointCell>): PointCell[] {
  return [...byOffset].sort((a, b) => a[0] - b[0]).map(([, point]) => point);
}
