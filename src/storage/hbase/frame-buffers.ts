/** Only buffers between these sizes are reused: smaller ones are cheap to allocate, larger ones rare. */
const LEAST_KEPT = 16 * 1024;
const LARGEST_KEPT = 4 * 1024 * 1024;
/** Bytes that are kept for later. */
const MOST_KEPT = 4 * LARGEST_KEPT;

/**
 * Buffers for received frames. Those of `transient` scans are reused: memory that is allocated outside its heap makes V8
 * collect garbage earlier, without reuse with a full collection every few queries.
 */
export class FrameBuffers {
  /** By the binary logarithm of their lengths, which are powers of two. */
  private readonly kept: ArrayBuffer[][] = Array.from({ length: 32 }, () => []);
  private keptBytes = 0;

  /** A buffer of this length for the caller alone; its contents are undefined. */
  take(length: number): Buffer {
    if (length < LEAST_KEPT) return Buffer.allocUnsafe(length); // the smallest share a slab
    if (length > LARGEST_KEPT) return Buffer.allocUnsafeSlow(length);
    const size = 32 - Math.clz32(length - 1);
    const found = this.kept[size].pop();
    if (found === undefined) return Buffer.allocUnsafeSlow(2 ** size).subarray(0, length);
    this.keptBytes -= found.byteLength;
    return Buffer.from(found, 0, length);
  }

  /** Returns a buffer from `take` for reuse; the caller must not use it, or views of it, afterwards. */
  give({ length, buffer }: Buffer): void {
    if (length < LEAST_KEPT || length > LARGEST_KEPT || !(buffer instanceof ArrayBuffer)) return;
    if (this.keptBytes + buffer.byteLength > MOST_KEPT) return;
    this.keptBytes += buffer.byteLength;
    this.kept[31 - Math.clz32(buffer.byteLength)].push(buffer);
  }
}

/** The buffers of all connections of the process. */
export const frameBuffers = new FrameBuffers();
