/**
 * A piece of a packed series as it lies in a slab, all of it numbers: a series of a month has hundreds of pieces, and an object for each, with
 * its arrays, would take as much as the points.
 *
 *     doubles:  0 first time   1 last time   2 next piece   3 unit of times   4 base of values   5 scale of values
 *     words:   12 points      bytes: 52 width of a time   53 width of a value   54 what kind of numbers (KIND)
 *     then      times, values, kinds, exact integers: each if it is there, from a multiple of eight on
 *
 * A time is `first + unit * n`, where n has its width, or with width 0 is the number of the point. A value is `(base + n) / scale`; with scale 0 it
 * is a float of its width.
 */
import { placeInSlab, type PackArena, type Slab } from './pack-arena';
import { decimalsOf, isSingle, widthOf } from './packing';
import type { PointsBuilder } from './points-builder';
import type { Series } from './series';

const HEADER = 56;
const [FIRST, LAST, NEXT, UNIT, BASE, SCALE] = [0, 1, 2, 3, 4, 5];
const SIZE = 48 >> 2;
const [TIME_WIDTH, VALUE_WIDTH, KIND] = [52, 53, 54];
/** Of `KIND`: all are integers; each has its kind; integers stand exactly beside their values. */
const [ALL_INTEGERS, OWN_KINDS, EXACT] = [1, 2, 4];

/** The address of no piece. */
export const NO_PIECE = -1;

const align = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** Packs the points from `from` up to, not including, `to`. @returns the address of the piece, behind which there is none yet */
export function packPiece(points: Series, from: number, to: number, arena: PackArena): number {
  const { timestamps, values, isInteger, allIntegers, integers } = points;
  const size = to - from;
  const times = spacing(timestamps, from, to);
  const single = isSingle(values, from, to);
  const found = decimalsOf(values, from, to);
  const decimals = found !== null && found.range < (single ? 2 ** 16 : 2 ** 32) ? found : null;
  const valueWidth = decimals !== null ? widthOf(decimals.range) : single ? 4 : 8;
  const timesBytes = align(size * times.width);
  const valuesBytes = align(size * valueWidth);
  const kindsBytes = isInteger === null ? 0 : align(size);
  const address = arena.take(HEADER + timesBytes + valuesBytes + kindsBytes + (integers === null ? 0 : 8 * size));
  const slab = arena.slabOf(address);
  const at = placeInSlab(address);
  const header = at >> 3;
  const { doubles, bytes } = slab;
  doubles[header + FIRST] = timestamps[from];
  doubles[header + LAST] = timestamps[to - 1];
  doubles[header + NEXT] = NO_PIECE;
  doubles[header + UNIT] = times.unit;
  doubles[header + BASE] = decimals?.base ?? 0;
  doubles[header + SCALE] = decimals?.scale ?? 0;
  slab.words[(at >> 2) + SIZE] = size;
  bytes[at + TIME_WIDTH] = times.width;
  bytes[at + VALUE_WIDTH] = valueWidth;
  bytes[at + KIND] = (allIntegers ? ALL_INTEGERS : 0) | (isInteger === null ? 0 : OWN_KINDS) | (integers === null ? 0 : EXACT);
  let place = at + HEADER;
  if (times.width > 0) {
    const into = wholes(slab, times.width);
    let i = place / times.width;
    for (let p = from; p < to; p++) into[i++] = (timestamps[p] - timestamps[from]) / times.unit;
  }
  place += timesBytes;
  if (decimals !== null) {
    const into = wholes(slab, valueWidth);
    let i = place / valueWidth;
    for (let p = from; p < to; p++) into[i++] = Math.round(values[p] * decimals.scale) - decimals.base;
  } else floats(slab, valueWidth).set(values.subarray(from, to), place / valueWidth);
  place += valuesBytes;
  if (isInteger !== null) bytes.set(isInteger.subarray(from, to), place);
  place += kindsBytes;
  if (integers !== null) slab.bigInts.set(integers.subarray(from, to), place >> 3);
  return address;
}

/** @returns times are `first + unit * n`; width 0: n counts them, else the bytes that each n needs */
function spacing(timestamps: Float64Array, from: number, to: number): { unit: number; width: number } {
  const first = timestamps[from];
  const step = to - from > 1 ? timestamps[from + 1] - first : 1;
  let steady = true;
  let seconds = true;
  for (let i = from; i < to; i++) {
    const offset = timestamps[i] - first;
    if (offset !== step * (i - from)) steady = false;
    if (offset % 1000 !== 0) seconds = false;
  }
  if (steady) return { unit: step, width: 0 };
  const unit = seconds ? 1000 : 1;
  return { unit, width: widthOf((timestamps[to - 1] - first) / unit) };
}

type Wholes = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** A slab as whole numbers of a width. */
function wholes({ bytes, shorts, words, doubles }: Slab, width: number): Wholes {
  return width === 1 ? bytes : width === 2 ? shorts : width === 4 ? words : doubles;
}

function floats({ singles, doubles }: Slab, width: number): Float32Array | Float64Array {
  return width === 4 ? singles : doubles;
}

/** Makes one piece the next of another. */
export function linkPiece(arena: PackArena, address: number, next: number): void {
  arena.slabOf(address).doubles[(placeInSlab(address) >> 3) + NEXT] = next;
}

/** A look at a piece. To look at another one `open` is called again. */
export class Piece {
  size = 0;
  /** Of its first and last point, milliseconds. */
  first = 0;
  last = 0;
  /** Address of the piece behind it, or NO_PIECE. */
  next = NO_PIECE;
  private slab: Slab | null = null;
  private at = 0;

  /** The piece at an address. */
  open(arena: PackArena, address: number): this {
    const slab = (this.slab = arena.slabOf(address));
    const at = (this.at = placeInSlab(address));
    const header = at >> 3;
    this.size = slab.words[(at >> 2) + SIZE];
    this.first = slab.doubles[header + FIRST];
    this.last = slab.doubles[header + LAST];
    this.next = slab.doubles[header + NEXT];
    return this;
  }

  /** Time of a point. */
  timeAt(i: number): number {
    const slab = this.slab as Slab;
    const width = slab.bytes[this.at + TIME_WIDTH];
    const n = width === 0 ? i : wholes(slab, width)[(this.at + HEADER) / width + i];
    return this.first + slab.doubles[(this.at >> 3) + UNIT] * n;
  }

  /** Index of the first point that is not before `ms`. */
  lowerBound(ms: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(middle) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds the points from `from` up to, not including, `to` to others, which come before them. */
  unpack(from: number, to: number, into: PointsBuilder): void {
    const { at, size } = this;
    const slab = this.slab as Slab;
    const { bytes, bigInts } = slab;
    const [timeWidth, valueWidth, kind] = [bytes[at + TIME_WIDTH], bytes[at + VALUE_WIDTH], bytes[at + KIND]];
    into.reserve(to - from);
    let place = at + HEADER;
    this.unpackTimes(slab, place, timeWidth, from, to, into);
    place += align(size * timeWidth);
    this.unpackValues(slab, place, valueWidth, from, to, into);
    place += align(size * valueWidth);
    const kinds = (kind & OWN_KINDS) === 0 ? null : bytes.subarray(place + from, place + to);
    if (kinds !== null) place += align(size);
    const exact = (kind & EXACT) === 0 ? null : bigInts.subarray((place >> 3) + from, (place >> 3) + to);
    into.adopt(to - from, kinds, (kind & ALL_INTEGERS) !== 0, exact);
  }

  private unpackTimes(slab: Slab, place: number, width: number, from: number, to: number, { timestamps, size }: PointsBuilder): void {
    const { first } = this;
    const unit = slab.doubles[(this.at >> 3) + UNIT];
    let out = size;
    if (width === 0) {
      for (let i = from; i < to; i++) timestamps[out++] = first + unit * i;
      return;
    }
    const offsets = wholes(slab, width);
    for (let i = place / width + from, end = i + to - from; i < end; i++) timestamps[out++] = first + unit * offsets[i];
  }

  private unpackValues(slab: Slab, place: number, width: number, from: number, to: number, { values, size }: PointsBuilder): void {
    const header = this.at >> 3;
    const [base, scale] = [slab.doubles[header + BASE], slab.doubles[header + SCALE]];
    const start = place / width + from;
    const end = start + to - from;
    if (scale === 0) {
      values.set(floats(slab, width).subarray(start, end), size);
      return;
    }
    const offsets = wholes(slab, width);
    let out = size;
    for (let i = start; i < end; i++) values[out++] = (base + offsets[i]) / scale;
  }
}
