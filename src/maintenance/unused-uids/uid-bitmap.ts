/** UIDs that a page has a bit for. */
const PAGE_BITS = 4096;

/** A set of UIDs of one width in little memory: a bit for each, in pages that are made when they are wanted. */
export class UidBitmap {
  private readonly pages = new Map<number, Uint8Array>();

  /** @param width bytes of a UID, 1 to 8 */
  constructor(private readonly width: number) {}

  /** Adds the UID that stands at `at`. */
  add(bytes: Buffer, at: number): void {
    const low = this.lowAt(bytes, at);
    const number = this.pageAt(bytes, at);
    let page = this.pages.get(number);
    if (page === undefined) this.pages.set(number, (page = new Uint8Array(PAGE_BITS / 8)));
    page[low >>> 3] |= 1 << (low & 7);
  }

  /** Whether the UID that stands at `at` is in the set. */
  has(bytes: Buffer, at = 0): boolean {
    const low = this.lowAt(bytes, at);
    const page = this.pages.get(this.pageAt(bytes, at));
    return page !== undefined && (page[low >>> 3] & (1 << (low & 7))) !== 0;
  }

  /** The last twelve bits. */
  private lowAt(bytes: Buffer, at: number): number {
    const last = at + this.width - 1;
    return bytes[last] | (this.width > 1 ? (bytes[last - 1] & 0x0f) << 8 : 0);
  }

  /** What is before them. Eight bytes come to 52 bits at most: a number is exact. */
  private pageAt(bytes: Buffer, at: number): number {
    if (this.width === 1) return 0;
    const last = at + this.width - 1;
    let number = 0;
    for (let i = at; i < last - 1; i++) number = number * 256 + bytes[i];
    return number * 16 + (bytes[last - 1] >>> 4);
  }
}
