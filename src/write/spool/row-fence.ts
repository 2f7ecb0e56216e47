import { crc32 } from '../../util/crc32';

const BITS = 1 << 21;

/**
 * Which rows (or series) have something in the spool: what comes for them must go behind it. Kept as hashes, so that memory is bounded;
 * a row that only shares its hash goes behind as well, which costs it a detour and nothing else.
 */
export class RowFence {
  private bits: Uint32Array | null = null;
  private everything = false;

  get open(): boolean {
    return this.bits === null && !this.everything;
  }

  /** @returns the number by which it was added; -1: it, or one that shares its hash, was there */
  add(name: Uint8Array): number {
    const bit = crc32(name) & (BITS - 1);
    return this.addBit(bit) ? bit : -1;
  }

  /** Adds what another fence has added. */
  addBits(bits: readonly number[]): void {
    for (const bit of bits) this.addBit(bit);
  }

  /** All of it; null: there is nothing. */
  save(): Buffer | null {
    return this.bits === null ? null : Buffer.from(Buffer.from(this.bits.buffer));
  }

  /** @param saved of another fence, which are these rows from now on */
  load(saved: Buffer): void {
    this.bits = new Uint32Array(BITS / 32);
    saved.copy(Buffer.from(this.bits.buffer));
  }

  private addBit(bit: number): boolean {
    this.bits ??= new Uint32Array(BITS / 32);
    const before = this.bits[bit >>> 5];
    this.bits[bit >>> 5] |= 1 << (bit & 31);
    return this.bits[bit >>> 5] !== before;
  }

  /** Whether all rows are in it for now. */
  get isAll(): boolean {
    return this.everything;
  }

  /** All rows: what is in the spool is not known yet. Rows that are added count from `endAll` on. */
  addAll(): void {
    this.everything = true;
  }

  /** What is in the spool has been added row by row. */
  endAll(): void {
    this.everything = false;
  }

  has(name: Uint8Array): boolean {
    if (this.everything) return true;
    if (this.bits === null) return false;
    const bit = crc32(name) & (BITS - 1);
    return ((this.bits[bit >>> 5] >>> (bit & 31)) & 1) === 1;
  }

  clear(): void {
    this.bits = null;
    this.everything = false;
  }
}
