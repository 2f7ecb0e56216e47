const PAGE_BYTES = 1 << 18;
const LEAST_BITS = 6;
/** Blocks from 64 bytes to an eighth of a page share pages; larger ones have one each. */
const MOST_BITS = 15;
/** Pages that stay for later when nothing is in use: 4 MB. */
const KEPT_PAGES = 16;

/**
 * Blocks of memory of a power of two of bytes, cut out of pages that stay where they are. What is given back serves the next block of the
 * same size. A block is known by its page and where in that it starts.
 */
export class BlockArena {
  /** By number; null: free. */
  private readonly pages: (Buffer | null)[] = [];
  private readonly freePages: number[] = [];
  /** Blocks given back, by the logarithm of their size, as page * PAGE_BYTES + start. */
  private free: number[][] = sizes(() => []);
  /** The page that new blocks of a size are cut from (-1: none), and where the next one starts. */
  private cutFrom = sizes(() => -1);
  private cutAt = sizes(() => PAGE_BYTES);
  /** Of the block that `allocate` found last. */
  page = 0;
  at = 0;
  capacity = 0;

  bytes(page: number): Buffer {
    return this.pages[page] as Buffer;
  }

  /** Finds a block of at least so many bytes; its place is in `page`, `at` and `capacity`. */
  allocate(bytes: number): void {
    const bits = bytes <= 1 << LEAST_BITS ? LEAST_BITS : 32 - Math.clz32(bytes - 1);
    if (bits > MOST_BITS) {
      this.page = this.newPage(2 ** bits);
      this.at = 0;
      this.capacity = 2 ** bits;
      return;
    }
    this.capacity = 1 << bits;
    const given = this.free[bits].pop();
    if (given !== undefined) {
      this.at = given % PAGE_BYTES;
      this.page = (given - this.at) / PAGE_BYTES;
      return;
    }
    if (this.cutAt[bits] === PAGE_BYTES) {
      this.cutFrom[bits] = this.newPage(PAGE_BYTES);
      this.cutAt[bits] = 0;
    }
    this.page = this.cutFrom[bits];
    this.at = this.cutAt[bits];
    this.cutAt[bits] += this.capacity;
  }

  /** Takes a block back. */
  release(page: number, at: number, capacity: number): void {
    const bits = 31 - Math.clz32(capacity);
    if (bits <= MOST_BITS) {
      this.free[bits].push(page * PAGE_BYTES + at);
      return;
    }
    this.pages[page] = null;
    this.freePages.push(page);
  }

  /** No block is in use: lets go of the memory if it is much. */
  shrink(): void {
    if (this.pages.length <= KEPT_PAGES) return;
    this.pages.length = 0;
    this.freePages.length = 0;
    this.free = sizes(() => []);
    this.cutFrom = sizes(() => -1);
    this.cutAt = sizes(() => PAGE_BYTES);
  }

  private newPage(bytes: number): number {
    const page = this.freePages.pop() ?? this.pages.length;
    this.pages[page] = Buffer.allocUnsafeSlow(bytes);
    return page;
  }
}

function sizes<T>(make: () => T): T[] {
  return Array.from({ length: MOST_BITS + 1 }, make);
}
