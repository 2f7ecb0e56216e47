import { javaDoubleToString } from '../../../util/java-double';
import type { Series } from '../../../query';

/** How points are written. */
export interface PointsStyle {
  /** Pairs in an array instead of members of an object. */
  readonly arrays: boolean;
  /** Times in milliseconds instead of seconds. */
  readonly msResolution: boolean;
  /** What stands for NaN. */
  readonly nan: string;
}

const [COMMA, QUOTE, COLON, OPEN, CLOSE, ZERO, MINUS] = Buffer.from(',":[]0-', 'latin1');
const LARGEST_INT = 0x7fff_ffff;
/** More than any point takes: two numbers of at most 25 characters and what is around them. */
const POINT_BYTES = 64;
/** Most points that are written at once. */
export const POINTS_AT_ONCE = 256;

const bytes = Buffer.allocUnsafeSlow(POINTS_AT_ONCE * POINT_BYTES);

/**
 * Points [from, to), at most POINTS_AT_ONCE, as JSON with commas between them. Digits are written as bytes: texts that are
 * put together from thousands of short ones are most of the garbage that a short query makes.
 */
export function pointsText(points: Series, from: number, to: number, { arrays, msResolution, nan }: PointsStyle): string {
  const { timestamps, values, isInteger, allIntegers, integers } = points;
  const open = arrays ? OPEN : QUOTE;
  let at = 0;
  for (let i = from; i < to; i++) {
    if (i > from) bytes[at++] = COMMA;
    bytes[at++] = open;
    at = putNumber(at, msResolution ? timestamps[i] : Math.floor(timestamps[i] / 1000));
    if (arrays) bytes[at++] = COMMA;
    else {
      bytes[at++] = QUOTE;
      bytes[at++] = COLON;
    }
    if (isInteger === null ? !allIntegers : isInteger[i] !== 1) at = putText(at, doubleText(values[i], nan));
    else at = integers === null ? putNumber(at, values[i]) : putText(at, String(integers[i]));
    if (arrays) bytes[at++] = CLOSE;
  }
  return bytes.toString('latin1', 0, at);
}

function doubleText(value: number, nan: string): string {
  if (value !== value) return nan;
  return value === Infinity || value === -Infinity ? `"${value}"` : javaDoubleToString(value);
}

/** A safe integer. @returns the offset behind it */
function putNumber(at: number, n: number): number {
  if (n < 0 && n >= -LARGEST_INT) {
    bytes[at++] = MINUS;
    n = -n;
  }
  if (n >= 0 && n <= LARGEST_INT) return putDigits(at, n, widthOf(n));
  const head = Math.floor(n / 10_000);
  if (n < 0 || head > LARGEST_INT) return putText(at, String(n));
  return putDigits(putDigits(at, head, widthOf(head)), n - head * 10_000, 4);
}

function widthOf(n: number): number {
  let width = 1;
  for (let limit = 10; limit <= n; limit *= 10) width++;
  return width;
}

/** @param n at most LARGEST_INT, written with so many digits */
function putDigits(at: number, n: number, width: number): number {
  const end = at + width;
  for (let i = end; i > at;) {
    const tens = (n / 10) | 0;
    bytes[--i] = ZERO + n - tens * 10;
    n = tens;
  }
  return end;
}

/** ASCII. */
function putText(at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}
