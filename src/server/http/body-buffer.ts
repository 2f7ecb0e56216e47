const FIRST_BLOCK = 16 * 1024;
const EMPTY = Buffer.alloc(0);

/** A body while it comes, in one piece however small those are in which it is sent. */
export class BodyBuffer {
  size = 0;
  /** A body that comes in one piece is not copied. */
  private only: Buffer | null = null;
  private block: Buffer = EMPTY;

  /** @param expected bytes that will come in all; null: nobody knows */
  constructor(private expected: number | null) {}

  /** From here on there is room for so many bytes in all; what is not used of it costs nothing. */
  expect(bytes: number): void {
    this.expected = bytes;
  }

  add(piece: Buffer): void {
    this.size += piece.length;
    if (piece.length === this.expected && this.size === piece.length) {
      this.only = piece;
      return;
    }
    if (this.size > this.block.length) this.grow();
    piece.copy(this.block, this.size - piece.length);
  }

  /** Everything that came; nothing may be added afterwards. */
  take(): Buffer {
    return this.only ?? this.block.subarray(0, this.size);
  }

  private grow(): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.size, this.expected ?? Math.max(FIRST_BLOCK, this.block.length * 2)));
    this.block.copy(larger);
    this.block = larger;
  }
}
