import { DOUBLE_FLAGS, FLOAT_FLAGS } from '../schema';
import type { PointOrigin } from './types';

/** Held here: an import is looked up at every use. */
const SINGLE = FLOAT_FLAGS;
const DOUBLE = DOUBLE_FLAGS;
/** Digits that a double holds exactly, whatever they are. */
const EXACT_DIGITS = 15;
/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => Number(`1e${i}`));

/** Below it single precision has fewer bits. */
const SMALLEST_NORMAL = 2 ** -126;

const NARROW = new Float32Array(1);
const NARROW_BYTES = new Uint8Array(NARROW.buffer);
const WIDE = new Float64Array(1);
const WIDE_BYTES = new Uint8Array(WIDE.buffer);
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Reads plain decimal numbers from bytes, to the last bit what the text means: up to 15 digits with an optional sign in front and an
 * optional point. What is longer or stranger it leaves to `parseLong` and `parseJavaDouble`.
 */
export class NumberScanner {
  private number = 0;
  private float = false;
  /** The encoded value, after `encode`. */
  readonly value = new Uint8Array(8);

  /** @returns where the number ends: at a blank or at `to`; -1: not a plain number */
  scan(b: Uint8Array, from: number, to: number): number {
    let p = from;
    const negative = b[p] === 0x2d;
    if (negative) p++;
    const first = p;
    let mantissa = 0;
    let point = -1;
    for (; p < to; p++) {
      const c = b[p];
      if (c === 0x20) break;
      if (c === 0x2e) {
        if (point >= 0) return -1;
        point = p;
        continue;
      }
      const digit = c - 0x30;
      if (digit < 0 || digit > 9) return -1;
      mantissa = mantissa * 10 + digit;
    }
    const digits = p - first - (point >= 0 ? 1 : 0);
    if (digits === 0 || digits > EXACT_DIGITS) return -1;
    this.float = point >= 0;
    // Both operands are exact, so the quotient is the correctly rounded value.
    const magnitude = point >= 0 ? mantissa / POWERS[p - point - 1] : mantissa;
    this.number = negative ? (this.float ? -magnitude : 0 - magnitude) : magnitude;
    return p;
  }

  /** Whether single precision, rounded from the double, could differ from what the text rounds to: the double lies halfway. */
  isHalfway(): boolean {
    if (!this.float) return false;
    WIDE[0] = this.number;
    const low = ((WIDE_BYTES[LITTLE_ENDIAN ? 3 : 4] & 0x1f) << 24) | (WIDE_BYTES[LITTLE_ENDIAN ? 2 : 5] << 16);
    const rest = (WIDE_BYTES[LITTLE_ENDIAN ? 1 : 6] << 8) | WIDE_BYTES[LITTLE_ENDIAN ? 0 : 7];
    return (low === 0x10000000 && rest === 0) || (this.number !== 0 && Math.abs(this.number) < SMALLEST_NORMAL);
  }

  /** Encodes the number into `value`, floats as wide as their source asks for. @returns the flags for the qualifier */
  encode(source: PointOrigin): number {
    const n = this.number;
    const value = this.value;
    if (!this.float) {
      if (n >= -0x80 && n <= 0x7f) {
        value[0] = n;
        return 0;
      }
      if (n >= -0x8000 && n <= 0x7fff) {
        value[0] = n >> 8;
        value[1] = n;
        return 1;
      }
      if (n >= -0x80000000 && n <= 0x7fffffff) {
        value[0] = n >> 24;
        value[1] = n >> 16;
        value[2] = n >> 8;
        value[3] = n;
        return 3;
      }
      const high = Math.floor(n / 0x100000000);
      writeInt32(value, 0, high);
      writeInt32(value, 4, (n - high * 0x100000000) | 0);
      return 7;
    }
    if (source === 'import' || (source === 'telnet' && Math.fround(n) === n)) {
      NARROW[0] = n;
      for (let i = 0; i < 4; i++) value[i] = NARROW_BYTES[LITTLE_ENDIAN ? 3 - i : i];
      return SINGLE;
    }
    WIDE[0] = n;
    for (let i = 0; i < 8; i++) value[i] = WIDE_BYTES[LITTLE_ENDIAN ? 7 - i : i];
    return DOUBLE;
  }
}

function writeInt32(out: Uint8Array, at: number, n: number): void {
  out[at] = n >> 24;
  out[at + 1] = n >> 16;
  out[at + 2] = n >> 8;
  out[at + 3] = n;
}
