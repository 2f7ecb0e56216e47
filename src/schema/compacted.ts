import { describeCell, javaBytes } from './bytes';
import { IllegalDataError } from './errors';
import { repairFloatValue, repairQualifierByte } from './float-repair';
import { checkQualifierAt, flagsAt, qualifierLengthAt, valueLengthOf, writeQualifier } from './qualifier';

/** One point inside a column: its qualifier (2 or 4 bytes) and its value. */
export interface PointCell {
  qualifier: Buffer;
  value: Buffer;
}

/** Trailing byte of a compacted value: seconds and milliseconds are mixed. */
export const MS_MIXED_COMPACT = 0x01;

/**
 * The compacted column of points that are in time order already: their qualifiers, and their values plus the meta byte
 * (none for a single point).
 */
export function buildCompacted(points: readonly PointCell[]): PointCell {
  const values = points.map((p) => p.value);
  if (points.length > 1) {
    const mixed = points.some((p) => p.qualifier.length !== points[0].qualifier.length);
    values.push(Buffer.from([mixed ? MS_MIXED_COMPACT : 0]));
  }
  return { qualifier: Buffer.concat(points.map((p) => p.qualifier)), value: Buffer.concat(values) };
}

const LONGEST_QUALIFIER = 4;
const LONGEST_VALUE = 8;

/** What buildCompacted makes, from one point after the other: no object a point. */
export class CompactedBuilder {
  private qualifiers = Buffer.allocUnsafe(512);
  private values = Buffer.allocUnsafe(1024);
  private qualifiersEnd = 0;
  private valuesEnd = 0;
  private longQualifiers = 0;
  points = 0;

  /** Bytes of the column so far. */
  get length(): number {
    return this.qualifiersEnd + this.valuesEnd;
  }

  /**
   * Adds a point that is later than those before it.
   * @param value the bytes that the length in `flags` says
   */
  add(timestamp: number, flags: number, value: Uint8Array): void {
    if (this.qualifiersEnd + LONGEST_QUALIFIER > this.qualifiers.length) this.qualifiers = twiceAsLong(this.qualifiers);
    // One more byte behind the last value says whether seconds and milliseconds are mixed.
    if (this.valuesEnd + LONGEST_VALUE >= this.values.length) this.values = twiceAsLong(this.values);
    const length = writeQualifier(this.qualifiers, this.qualifiersEnd, timestamp, flags);
    this.qualifiersEnd += length;
    if (length === LONGEST_QUALIFIER) this.longQualifiers++;
    const values = this.values;
    let at = this.valuesEnd;
    const bytes = valueLengthOf(flags);
    for (let i = 0; i < bytes; i++) values[at++] = value[i];
    this.valuesEnd = at;
    this.points++;
  }

  /** The column, and the builder is empty again. */
  take(): PointCell {
    const mixed = this.longQualifiers > 0 && this.longQualifiers < this.points;
    if (this.points > 1) this.values[this.valuesEnd++] = mixed ? MS_MIXED_COMPACT : 0;
    const column = {
      qualifier: Buffer.from(this.qualifiers.subarray(0, this.qualifiersEnd)),
      value: Buffer.from(this.values.subarray(0, this.valuesEnd)),
    };
    this.qualifiersEnd = this.valuesEnd = this.longQualifiers = this.points = 0;
    return column;
  }
}

function twiceAsLong(bytes: Buffer): Buffer<ArrayBuffer> {
  const grown = Buffer.allocUnsafe(2 * bytes.length);
  bytes.copy(grown);
  return grown;
}

/** A lone cell of second resolution with the value and the length bits that early versions should have given it. */
export function repairPoint(qualifier: Buffer, value: Buffer): PointCell {
  const repaired = repairFloatValue(qualifier[1], value);
  const low = repairQualifierByte(qualifier[1], repaired.length);
  return { qualifier: low === qualifier[1] ? qualifier : Buffer.from([qualifier[0], low]), value: repaired };
}

/** The error of a column whose value does not have the lengths its qualifiers say. */
export function corruptedValue(consumed: number, expected: number, describe: () => string, soFar: readonly PointCell[]): IllegalDataError {
  const cells = soFar.map((p) => `Cell(${javaBytes(p.qualifier)}, ${javaBytes(p.value)})`).join(', ');
  return new IllegalDataError(
    `Corrupted value: couldn't break down into individual values (consumed ${consumed} bytes, but was expecting to consume ${expected}): ` +
      `${describe()}, cells so far: [${cells}]`,
  );
}

/**
 * Takes a compacted cell apart: views into its qualifier and value; the trailing byte may be any. Mirrors Internal.extractDataPoints.
 * @param key,timestamp only for error messages
 * @throws IllegalDataError when the value does not have the lengths that the qualifier says
 */
export function splitCompacted(key: Uint8Array, qualifier: Buffer, value: Buffer, timestamp: number): PointCell[] {
  const describe = (): string => describeCell(key, qualifier, value, timestamp);
  const points: PointCell[] = [];
  let valueAt = 0;
  for (let at = 0; at < qualifier.length;) {
    checkQualifierAt(qualifier, 0, qualifier.length, at);
    const next = at + qualifierLengthAt(qualifier, at);
    const end = valueAt + valueLengthOf(flagsAt(qualifier, at));
    if (end > value.length) throw corruptedValue(valueAt, value.length - 1, describe, points);
    points.push({ qualifier: qualifier.subarray(at, next), value: value.subarray(valueAt, end) });
    at = next;
    valueAt = end;
  }
  if (valueAt !== value.length - 1) throw corruptedValue(valueAt, value.length - 1, describe, points);
  return points;
}
