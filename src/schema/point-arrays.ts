/** Times and values of as many points, of the same length. */
export interface PointArrays {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

const BYTES_PER_POINT = 16;
/** Bytes of arrays that are kept for later. */
const MOST_KEPT = 32 * 1024 * 1024;
const LEAST_CAPACITY = 16;

/** Lengths are powers of two, so that what one series leaves fits the next. */
function classOf(points: number): number {
  return points <= LEAST_CAPACITY ? 4 : 32 - Math.clz32(points - 1);
}

/**
 * Arrays for points that are used again and again: every query needs some for each series, and for V8 to allocate, zero and
 * collect them costs more than to fill them. What is in them is whatever was there before.
 */
export class PointArrayPool {
  /** By the binary logarithm of their length. */
  private readonly kept: PointArrays[][] = Array.from({ length: 33 }, () => []);
  private keptBytes = 0;

  /** @returns arrays with room for at least so many points; nobody else has them */
  take(points: number): PointArrays {
    const size = classOf(points);
    const found = this.kept[size].pop();
    if (found !== undefined) {
      this.keptBytes -= BYTES_PER_POINT * found.values.length;
      return found;
    }
    // Plenty is there, and nothing that fits: it is left from other queries than those of now.
    if (this.keptBytes > MOST_KEPT / 2) this.forget();
    const capacity = 2 ** size;
    return { timestamps: new Float64Array(capacity), values: new Float64Array(capacity) };
  }

  /** Takes arrays back; nobody may look at them, or at views of them, any more. */
  give(arrays: PointArrays): void {
    const bytes = BYTES_PER_POINT * arrays.values.length;
    if (this.keptBytes + bytes > MOST_KEPT) return;
    this.keptBytes += bytes;
    this.kept[classOf(arrays.values.length)].push(arrays);
  }

  private forget(): void {
    for (const list of this.kept) list.length = 0;
    this.keptBytes = 0;
  }
}

/** The arrays of all queries of the process. */
export const pointArrays = new PointArrayPool();
