/**
 * Values of points. How long each is and whether it is a float is known from its qualifier's flags; the bytes that come out are those
 * that went in.
 *
 *   kind | DECIMAL: power of ten, whole numbers | FLOATS: patterns | DOUBLES: patterns of the upper halves, of the lower | BYTES: as they are
 *
 * Most floats are decimals with a few digits behind the point: as whole numbers they take a third of what their bits take. Whole numbers
 * and floats mixed are decimals as well.
 */
import { copyBytes } from '../bytes';
import { intColumnBytes, MAX_INT, readInts, writeInts } from './int-column';
import { readPatterns, writePatterns, xorColumnBytes } from './xor-column';

const DECIMAL = 1;
const FLOATS = 2;
const DOUBLES = 3;
const BYTES = 4;

/** In a qualifier's last byte. */
const FLOAT = 0x08;
const LENGTH = 0x07;
const MAX_POWER = 6;
const POWERS = Array.from({ length: MAX_POWER + 1 }, (_, k) => 10 ** k);

const bits = new Uint32Array(2);
const float = new Float32Array(bits.buffer);
const double = new Float64Array(bits.buffer);
/** Halves of a double, by the machine's byte order. */
const [LOW, HIGH] = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? [0, 1] : [1, 0];
const LOW_RANGE = 2 ** 32;

/** How long the value of a point with these flags is. */
export function valueLengthOf(flags: number): number {
  return (flags & LENGTH) + 1;
}

/** Values on their way in and out; they keep their memory from run to run. */
export class ValueColumn {
  private numbers = new Float64Array(256);
  private highs = new Uint32Array(256);
  private lows = new Uint32Array(256);

  /** Bytes of so many values, at most. */
  static bytes(count: number): number {
    return 2 + Math.max(intColumnBytes(count), 2 * xorColumnBytes(count), 8 * count);
  }

  /**
   * @param flags last bytes of the qualifiers
   * @param places where the values are in `source`, each as long as its flags say
   * @returns where the column ends
   */
  write(source: Uint8Array, places: Int32Array, flags: Uint8Array, count: number, target: Buffer, at: number): number {
    this.room(count);
    const power = this.asDecimals(source, places, flags, count);
    if (power >= 0) {
      target[at++] = DECIMAL;
      target[at++] = power;
      return writeInts(this.numbers, count, target, at);
    }
    const { highs, lows } = this;
    if (areAll(flags, count, FLOAT | 3)) {
      target[at++] = FLOATS;
      for (let i = 0; i < count; i++) highs[i] = word(source, places[i]);
      return writePatterns(highs, count, target, at);
    }
    if (areAll(flags, count, FLOAT | 7)) {
      target[at++] = DOUBLES;
      for (let i = 0; i < count; i++) {
        highs[i] = word(source, places[i]);
        lows[i] = word(source, places[i] + 4);
      }
      return writePatterns(lows, count, target, writePatterns(highs, count, target, at));
    }
    target[at++] = BYTES;
    for (let i = 0; i < count; i++) {
      const length = valueLengthOf(flags[i]);
      copyBytes(source, places[i], length, target, at);
      at += length;
    }
    return at;
  }

  /** Puts the values where `places` says. @returns where the column ends */
  read(source: Buffer, at: number, flags: Uint8Array, count: number, target: Uint8Array, places: Int32Array): number {
    this.room(count);
    const kind = source[at++];
    const { numbers, highs, lows } = this;
    if (kind === DECIMAL) {
      const power = POWERS[source[at++]];
      at = readInts(source, at, count, numbers);
      for (let i = 0; i < count; i++) writeDecimal(numbers[i], power, flags[i], target, places[i]);
    } else if (kind === FLOATS || kind === DOUBLES) {
      at = readPatterns(source, at, count, highs);
      if (kind === DOUBLES) at = readPatterns(source, at, count, lows);
      for (let i = 0; i < count; i++) {
        putWord(highs[i], target, places[i]);
        if (kind === DOUBLES) putWord(lows[i], target, places[i] + 4);
      }
    } else
      for (let i = 0; i < count; i++) {
        const length = valueLengthOf(flags[i]);
        copyBytes(source, at, length, target, places[i]);
        at += length;
      }
    return at;
  }

  /** Leaves whole numbers in `numbers`; divided by the power of ten of which this is the exponent they are the values. Negative: none are. */
  private asDecimals(source: Uint8Array, places: Int32Array, flags: Uint8Array, count: number): number {
    const { numbers } = this;
    let k = 0;
    for (let i = 0; i < count; i++) {
      const n = readValue(source, places[i], flags[i]);
      if (!Number.isFinite(n) || n > MAX_INT || n < -MAX_INT) return -1;
      numbers[i] = n;
      if ((flags[i] & FLOAT) === 0) continue;
      while (!isDecimal(n, POWERS[k], flags[i])) if (++k > MAX_POWER) return -1;
    }
    const power = POWERS[k];
    for (let i = 0; i < count; i++) {
      const n = numbers[i];
      if ((flags[i] & FLOAT) !== 0 && !isDecimal(n, power, flags[i])) return -1;
      const scaled = Math.round(n * power);
      if (scaled > MAX_INT || scaled < -MAX_INT || (scaled === 0 && Object.is(n, -0))) return -1;
      numbers[i] = scaled;
    }
    return k;
  }

  private room(count: number): void {
    if (count <= this.numbers.length) return;
    this.numbers = new Float64Array(count * 2);
    this.highs = new Uint32Array(count * 2);
    this.lows = new Uint32Array(count * 2);
  }
}

function areAll(flags: Uint8Array, count: number, wanted: number): boolean {
  for (let i = 0; i < count; i++) if ((flags[i] & (FLOAT | LENGTH)) !== wanted) return false;
  return true;
}

function isDecimal(n: number, power: number, flags: number): boolean {
  const divided = Math.round(n * power) / power;
  return (flags & LENGTH) === 3 ? Math.fround(divided) === n : divided === n;
}

/** The value as a number; NaN for a length that there is not. */
function readValue(source: Uint8Array, at: number, flags: number): number {
  const length = valueLengthOf(flags);
  if ((flags & FLOAT) !== 0) {
    if (length === 4) {
      bits[0] = word(source, at);
      return float[0];
    }
    if (length !== 8) return NaN;
    bits[HIGH] = word(source, at);
    bits[LOW] = word(source, at + 4);
    return double[0];
  }
  switch (length) {
    case 1:
      return (source[at] << 24) >> 24;
    case 2:
      return ((source[at] << 24) >> 16) | source[at + 1];
    case 4:
      return word(source, at) | 0;
    case 8:
      return (word(source, at) | 0) * LOW_RANGE + word(source, at + 4);
    default:
      return NaN;
  }
}

function writeDecimal(n: number, power: number, flags: number, target: Uint8Array, at: number): void {
  const length = valueLengthOf(flags);
  if ((flags & FLOAT) !== 0) {
    if (length === 4) {
      float[0] = n / power;
      putWord(bits[0], target, at);
    } else {
      double[0] = n / power;
      putWord(bits[HIGH], target, at);
      putWord(bits[LOW], target, at + 4);
    }
    return;
  }
  const whole = power === 1 ? n : n / power;
  if (length === 1) target[at] = whole;
  else if (length === 2) {
    target[at] = whole >> 8;
    target[at + 1] = whole;
  } else if (length === 4) putWord(whole | 0, target, at);
  else {
    const high = Math.floor(whole / LOW_RANGE);
    putWord(high, target, at);
    putWord(whole - high * LOW_RANGE, target, at + 4);
  }
}

function word(source: Uint8Array, at: number): number {
  return ((source[at] << 24) | (source[at + 1] << 16) | (source[at + 2] << 8) | source[at + 3]) >>> 0;
}

function putWord(n: number, target: Uint8Array, at: number): void {
  target[at] = n >>> 24;
  target[at + 1] = n >>> 16;
  target[at + 2] = n >>> 8;
  target[at + 3] = n;
}
