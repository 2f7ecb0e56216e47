import type { PointsBuilder } from './points-builder';
import type { Series } from './series';
import type { PackArena } from './pack-arena';

/** Points of one piece, at most. */
const PIECE_POINTS = 4096;

type Whole = Uint8Array | Uint16Array | Uint32Array;

/** `base + unit * offsets[i]`; without offsets, `base + unit * i`. */
interface Times {
  readonly base: number;
  readonly unit: number;
  readonly offsets: Whole | Float64Array | null;
}

/** `(base + offsets[i]) / scale`. */
interface Decimals {
  readonly base: number;
  readonly scale: number;
  readonly offsets: Whole | Float64Array;
}

/** The largest `scale`: four decimal places. */
const MAX_SCALE = 10_000;

/** A stretch of a series' points in as few bytes as their kind allows. Any of them can be read without those before it. */
interface Piece {
  readonly size: number;
  readonly first: number;
  readonly last: number;
  readonly times: Times;
  /** Decimal fractions of few digits and a narrow range as integers, others as floats of the width that holds them exactly. */
  readonly values: Decimals | Float32Array | Float64Array;
  readonly isInteger: Uint8Array | null;
  readonly allIntegers: boolean;
  readonly integers: BigInt64Array | null;
}

/**
 * The points of a series that a large query holds, packed: two to six bytes a point in most series, nine or ten in the worst, against sixteen
 * or more in arrays that can grow. Times at a steady step take nothing, others what lies between the first and the last of a piece; integers
 * and fractions of up to four decimal places, what lies between the least and the greatest; other floats their four bytes.
 */
export class PackedPoints {
  size = 0;
  private readonly pieces: Piece[] = [];

  /** Adds points, which come after those that are there. @returns bytes that they take */
  append(points: Series, arena: PackArena): number {
    const before = arena.bytesInUse;
    for (let from = 0; from < points.size; from += PIECE_POINTS)
      this.addPiece(points, from, Math.min(points.size, from + PIECE_POINTS), arena);
    return arena.bytesInUse - before;
  }

  /** Milliseconds. There must be points. */
  get first(): number {
    return this.pieces[0].first;
  }

  get last(): number {
    return this.pieces[this.pieces.length - 1].last;
  }

  /** The last time before one; null: none. */
  before(ms: number): number | null {
    for (let p = this.pieces.length - 1; p >= 0; p--) {
      const piece = this.pieces[p];
      if (piece.first >= ms) continue;
      return piece.last < ms ? piece.last : timeAt(piece.times, lowerBoundOf(piece, ms) - 1);
    }
    return null;
  }

  /** The first time at or after one; null: none. */
  from(ms: number): number | null {
    const piece = this.pieces.find(({ last }) => last >= ms);
    if (piece === undefined) return null;
    return piece.first >= ms ? piece.first : timeAt(piece.times, lowerBoundOf(piece, ms));
  }

  /** Adds the points of [fromMs, toMs) to others, which come before them. */
  unpack(fromMs: number, toMs: number, into: PointsBuilder): void {
    const inside = this.pieces.filter(({ first, last }) => last >= fromMs && first < toMs);
    // At once: growing piece by piece copies what is there again and again.
    into.reserve(inside.reduce((points, { size }) => points + size, 0));
    for (const piece of inside) {
      const from = piece.first >= fromMs ? 0 : lowerBoundOf(piece, fromMs);
      const to = piece.last < toMs ? piece.size : lowerBoundOf(piece, toMs);
      unpackPiece(piece, from, to, into);
    }
  }

  private addPiece(points: Series, from: number, to: number, arena: PackArena): void {
    const { timestamps, isInteger, integers, allIntegers } = points;
    arena.addPiece();
    this.pieces.push({
      size: to - from,
      first: timestamps[from],
      last: timestamps[to - 1],
      times: packTimes(timestamps, from, to, arena),
      values: packValues(points.values, from, to, arena),
      isInteger: isInteger === null ? null : arena.bytes(to - from, isInteger.subarray(from, to)),
      allIntegers,
      integers: integers === null ? null : arena.bigInts(to - from, integers.subarray(from, to)),
    });
    this.size += to - from;
  }
}

function packTimes(timestamps: Float64Array, from: number, to: number, arena: PackArena): Times {
  const base = timestamps[from];
  const step = to - from > 1 ? timestamps[from + 1] - base : 1;
  let steady = true;
  let seconds = true;
  for (let i = from; i < to; i++) {
    const offset = timestamps[i] - base;
    if (offset !== step * (i - from)) steady = false;
    if (offset % 1000 !== 0) seconds = false;
  }
  if (steady) return { base, unit: step, offsets: null };
  const unit = seconds ? 1000 : 1;
  const offsets = wholeOffsets(to - from, (timestamps[to - 1] - base) / unit, arena);
  for (let i = from; i < to; i++) offsets[i - from] = (timestamps[i] - base) / unit;
  return { base, unit, offsets };
}

function packValues(values: Float64Array, from: number, to: number, arena: PackArena): Piece['values'] {
  const decimals = findDecimals(values, from, to);
  const single = isSingle(values, from, to);
  if (decimals !== null && decimals.range < (single ? 2 ** 16 : 2 ** 32)) {
    const { base, scale } = decimals;
    const offsets = wholeOffsets(to - from, decimals.range, arena);
    for (let i = from; i < to; i++) offsets[i - from] = Math.round(values[i] * scale) - base;
    return { base, scale, offsets };
  }
  const piece = values.subarray(from, to);
  return single ? arena.singles(to - from, piece) : arena.doubles(to - from, piece);
}

/**
 * What makes integers of decimal fractions of few digits, as most agents send them; null: some value is not one.
 * @returns `value === (base + n) / scale` for an n of at most `range`
 */
function findDecimals(values: Float64Array, from: number, to: number): { base: number; scale: number; range: number } | null {
  let scale = 1;
  for (let i = from; i < to; i++) {
    // Zero has a sign that integers do not keep.
    while (!isDecimal(values[i], scale)) if ((scale *= 10) > MAX_SCALE) return null;
  }
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (!isDecimal(value, scale)) return null;
    const whole = Math.round(value * scale);
    if (whole < least) least = whole;
    if (whole > greatest) greatest = whole;
  }
  return { base: least, scale, range: greatest - least };
}

function isDecimal(value: number, scale: number): boolean {
  const whole = Math.round(value * scale);
  return whole / scale === value && Number.isSafeInteger(whole) && (value !== 0 || !Object.is(value, -0));
}

/** Whether floats of four bytes hold all values. */
function isSingle(values: Float64Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (values[i] === values[i] && Math.fround(values[i]) !== values[i]) return false;
  return true;
}

/** Room for integers of up to `range`. */
function wholeOffsets(size: number, range: number, arena: PackArena): Whole | Float64Array {
  return range < 2 ** 8
    ? arena.bytes(size)
    : range < 2 ** 16
      ? arena.shorts(size)
      : range < 2 ** 32
        ? arena.words(size)
        : arena.doubles(size);
}

function timeAt({ base, unit, offsets }: Times, i: number): number {
  return base + unit * (offsets === null ? i : offsets[i]);
}

/** Index of the first point that is not before `ms`. */
function lowerBoundOf({ times, size }: Piece, ms: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeAt(times, middle) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function unpackTimes({ base, unit, offsets }: Times, from: number, to: number, into: Float64Array, at: number): void {
  if (offsets === null) for (let i = from; i < to; i++) into[at++] = base + unit * i;
  else for (let i = from; i < to; i++) into[at++] = base + unit * offsets[i];
}

function unpackDecimals({ base, scale, offsets }: Decimals, from: number, to: number, into: Float64Array, at: number): void {
  for (let i = from; i < to; i++) into[at++] = (base + offsets[i]) / scale;
}

function unpackPiece(piece: Piece, from: number, to: number, into: PointsBuilder): void {
  const { values, integers, isInteger, allIntegers } = piece;
  into.reserve(to - from);
  const start = into.size;
  unpackTimes(piece.times, from, to, into.timestamps, start);
  if ('scale' in values) unpackDecimals(values, from, to, into.values, start);
  else into.values.set(values.subarray(from, to), start);
  into.adopt(to - from, isInteger?.subarray(from, to) ?? null, allIntegers, integers?.subarray(from, to) ?? null);
}
