import { crc32 } from './frame';

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

  add(name: Uint8Array): void {
    this.bits ??= new Uint32Array(BITS / 32);
    const bit = crc32(name) & (BITS - 1);
    this.bits[bit >>> 5] |= 1 << (bit & 31);
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
