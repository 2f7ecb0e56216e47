import { frameBuffers } from './frame-buffers';

/** HBase never answers with more than this in one frame; a larger length means that the stream is corrupt. */
export const MAX_FRAME_BYTES = 1 << 30;

/**
 * Cuts a byte stream into frames (big-endian int32 length, then so many bytes), whatever the chunks it comes in. Every byte is
 * copied once, into a buffer that holds one frame and nothing else.
 */
export class FrameSplitter {
  private readonly header = Buffer.alloc(4);
  private headerBytes = 0;
  private frame: Buffer | null = null;
  private filled = 0;

  /** @param onFrame is called in order, synchronously from `push` */
  constructor(private readonly onFrame: (frame: Buffer) => void) {}

  /**
   * @param chunk is not used after this returns
   * @throws RangeError when a length can't be one
   */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.frame === null) {
        while (this.headerBytes < 4 && at < chunk.length) this.header[this.headerBytes++] = chunk[at++];
        if (this.headerBytes < 4) return;
        this.headerBytes = 0;
        const length = this.header.readUInt32BE(0);
        if (length > MAX_FRAME_BYTES) throw new RangeError(`frame of ${length} bytes`);
        this.frame = frameBuffers.take(length);
        this.filled = 0;
      }
      const taken = chunk.copy(this.frame, this.filled, at);
      this.filled += taken;
      at += taken;
      if (this.filled === this.frame.length) {
        const frame = this.frame;
        this.frame = null;
        this.onFrame(frame);
      }
    }
  }
}
