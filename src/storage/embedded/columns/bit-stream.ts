/** Numbers in as many bits as they need, the low ones first, in memory that others write to as well. */

/** Bits that fit what is carried over, less than a byte, and one piece more. */
const PIECE = 24;
const PIECE_SIZE = 2 ** PIECE;

export class BitWriter {
  private carried = 0;
  private bits = 0;

  /** @param at of the next byte */
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  /** @param n not negative, below two to the width. @param width up to 53 */
  write(n: number, width: number): void {
    while (width > PIECE) {
      const high = Math.floor(n / PIECE_SIZE);
      this.piece(n - high * PIECE_SIZE, PIECE);
      n = high;
      width -= PIECE;
    }
    this.piece(n, width);
  }

  /** Fills the last byte. @returns where the next one goes */
  end(): number {
    if (this.bits > 0) this.bytes[this.at++] = this.carried;
    this.carried = this.bits = 0;
    return this.at;
  }

  private piece(n: number, width: number): void {
    let carried = this.carried | (n << this.bits);
    let bits = this.bits + width;
    for (; bits >= 8; bits -= 8) {
      this.bytes[this.at++] = carried;
      carried >>>= 8;
    }
    this.carried = carried;
    this.bits = bits;
  }
}

export class BitReader {
  private carried = 0;
  private bits = 0;

  /** @param at of the first byte */
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  read(width: number): number {
    if (width <= PIECE) return this.piece(width);
    const low = this.piece(PIECE);
    return low + this.read(width - PIECE) * PIECE_SIZE;
  }

  /** Passes over the rest of a byte that was begun. @returns where the next one is */
  end(): number {
    this.carried = this.bits = 0;
    return this.at;
  }

  private piece(width: number): number {
    while (this.bits < width) {
      this.carried |= this.bytes[this.at++] << this.bits;
      this.bits += 8;
    }
    const n = this.carried & ((1 << width) - 1);
    this.carried >>>= width;
    this.bits -= width;
    return n;
  }
}

/** A number below 2^53, seven bits a byte, the low ones first. @returns where it ends */
export function writeNumber(n: number, bytes: Uint8Array, at: number): number {
  while (n >= 0x80) {
    bytes[at++] = (n % 0x80) | 0x80;
    n = Math.floor(n / 0x80);
  }
  bytes[at++] = n;
  return at;
}

/** What `readNumber` leaves behind: where the number ended. */
export const numberEnd = { at: 0 };

export function readNumber(bytes: Uint8Array, at: number): number {
  let n = 0;
  let b: number;
  let scale = 1;
  do {
    b = bytes[at++];
    n += (b & 0x7f) * scale;
    scale *= 0x80;
  } while (b >= 0x80);
  numberEnd.at = at;
  return n;
}

export function zigzag(n: number): number {
  return n >= 0 ? 2 * n : -2 * n - 1;
}

export function unzigzag(n: number): number {
  return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
}
