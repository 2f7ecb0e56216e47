const FIRST_BLOCK = 16 * 1024;
const LARGEST_BLOCK = 4 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

/** A body while it comes, in few large pieces however small those are in which it is sent. */
export class BodyBuffer {
  size = 0;
  /** A body that comes in one piece is not copied. */
  private only: Buffer | null = null;
  private readonly full: Buffer[] = [];
  private block: Buffer = EMPTY;
  private used = 0;

  /** @param expected bytes that will come in all; null: nobody knows */
  constructor(private readonly expected: number | null) {}

  add(piece: Buffer): void {
    this.size += piece.length;
    if (piece.length === this.expected && this.size === piece.length) {
      this.only = piece;
      return;
    }
    for (let at = 0; at < piece.length;) {
      if (this.used === this.block.length) this.nextBlock();
      const copied = piece.copy(this.block, this.used, at);
      this.used += copied;
      at += copied;
    }
  }

  /** Everything that came; nothing may be added afterwards. */
  take(): Buffer {
    if (this.only !== null) return this.only;
    const last = this.block.subarray(0, this.used);
    this.block = EMPTY;
    if (this.full.length === 0) return last;
    const whole = Buffer.allocUnsafeSlow(this.size);
    let at = 0;
    // Each is let go of as soon as it is copied.
    for (let block = this.full.shift(); block !== undefined; block = this.full.shift()) at += block.copy(whole, at);
    last.copy(whole, at);
    return whole;
  }

  private nextBlock(): void {
    if (this.used > 0) this.full.push(this.block);
    const size = this.expected ?? Math.min(LARGEST_BLOCK, Math.max(FIRST_BLOCK, this.block.length * 2));
    this.block = Buffer.allocUnsafeSlow(size);
    this.used = 0;
  }
}
