/** Times and values of as many points, of the same length. */
export interface PointArrays {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** A time and a value. */
export const BYTES_PER_POINT = 16;
/** Bytes of arrays that are kept for later. */
const MOST_KEPT = 32 * 1024 * 1024;
/** Bytes that are not worth a garbage collection. */
const LITTLE = 4 * 1024 * 1024;
/** Many of a million series have one point each. */
const LEAST_CAPACITY = 4;
/**
 * Arrays are cut from pieces of this size. glibc's malloc maps what is larger than 32 MiB, always, and so gives it back to the system when it is
 * freed; smaller pieces stay with the process for good, gigabytes after one large query. What is not used of a mapped piece takes no memory.
 */
const SLAB_BYTES = 33 * 1024 * 1024;

/** Lengths are powers of two, so that what one series leaves fits the next. */
function classOf(points: number): number {
  return points <= LEAST_CAPACITY ? 2 : 32 - Math.clz32(points - 1);
}

/**
 * Arrays for points that are used again and again: every query needs some for each series, and for V8 to allocate, zero and
 * collect them costs more than to fill them. What is in them is whatever was there before.
 */
export class PointArrayPool {
  /** By the binary logarithm of their length. */
  private readonly kept: PointArrays[][] = Array.from({ length: 33 }, () => []);
  private keptBytes = 0;
  private slab = new ArrayBuffer(0);
  private slabUsed = 0;
  /** Slabs that arrays of now may lie in, and their bytes. */
  private readonly slabs = new Set<ArrayBufferLike>();
  private slabBytes = 0;

  /** @returns arrays with room for at least so many points; nobody else has them */
  take(points: number): PointArrays {
    const size = classOf(points);
    const found = this.kept[size].pop();
    if (found !== undefined) {
      this.keptBytes -= BYTES_PER_POINT * found.values.length;
      return found;
    }
    // Many arrays are kept and none fits: they are left from other kinds of queries.
    if (this.keptBytes > MOST_KEPT / 2) this.forget();
    return this.cut(2 ** size);
  }

  /** Returns arrays for reuse; the caller must not use them, or views of them, afterwards. */
  give(arrays: PointArrays): void {
    const bytes = BYTES_PER_POINT * arrays.values.length;
    // Of a query that outlived a settlement: a single array would keep its whole slab alive, which nobody counts any more.
    if (!this.slabs.has(arrays.values.buffer) || this.keptBytes + bytes > MOST_KEPT) return;
    this.keptBytes += bytes;
    this.kept[classOf(arrays.values.length)].push(arrays);
  }

  /**
   * To be called when a query has ended: frees everything if much more was needed than what is kept, since a single array keeps
   * its whole slab alive.
   * @param quiet there have been no queries for some time: what is kept is freed, too, unless it is little
   * @returns whether it has, so that a garbage collection is worth while
   */
  settle(quiet = false): boolean {
    const touched = this.slabBytes - (this.slab.byteLength - this.slabUsed);
    if (quiet ? touched <= LITTLE : this.slabBytes <= 2 * SLAB_BYTES) return false;
    this.forget();
    this.slab = new ArrayBuffer(0);
    this.slabUsed = this.slabBytes = 0;
    this.slabs.clear();
    return true;
  }

  private cut(capacity: number): PointArrays {
    const half = (BYTES_PER_POINT / 2) * capacity;
    if (this.slabUsed + 2 * half > this.slab.byteLength) {
      this.slab = new ArrayBuffer(Math.max(SLAB_BYTES, 2 * half));
      this.slabBytes += this.slab.byteLength;
      this.slabs.add(this.slab);
      this.slabUsed = 0;
    }
    const at = this.slabUsed;
    this.slabUsed += 2 * half;
    return { timestamps: new Float64Array(this.slab, at, capacity), values: new Float64Array(this.slab, at + half, capacity) };
  }

  private forget(): void {
    for (const list of this.kept) list.length = 0;
    this.keptBytes = 0;
  }
}

/** The arrays of all queries of the process. */
export const pointArrays = new PointArrayPool();
