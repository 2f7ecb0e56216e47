/** Bytes without a line end that a connection may have sent. Mirrors the frame length of PipelineFactory. */
const MAX_UNENDED = 1024;
const NOTHING = Buffer.alloc(0);

/** A frame without end: the connection is closed without a word. Mirrors TooLongFrameException. */
export class TooLongFrameError extends Error {
  constructor(bytes: number) {
    super(`frame length exceeds ${MAX_UNENDED} (${bytes} - discarded)`);
    this.name = 'TooLongFrameError';
  }
}

/** What a client has sent and is not handled yet. */
export class ReceivedBytes {
  /** Bytes of a line whose end has not come yet. */
  unended: Buffer | null = null;
  /** What comes after them, while the connection is held. */
  private held: Buffer | null = null;

  get isHeld(): boolean {
    return this.held !== null;
  }

  /** Keeps bytes until `takeHeld`. */
  hold(rest: Buffer): void {
    this.held = rest;
  }

  /** Keeps a chunk behind what is held, if anything is: data that was on its way when the socket was paused. @returns whether it is kept */
  keepIfHeld(chunk: Buffer): boolean {
    if (this.held === null) return false;
    this.held = Buffer.concat([this.held, chunk]);
    return true;
  }

  /** Ends the holding. */
  takeHeld(): Buffer | null {
    const { held } = this;
    this.held = null;
    return held;
  }

  /** Keeps the rest of a chunk, which has no line end. @throws TooLongFrameError */
  keepUnended(rest: Buffer): void {
    const unended = this.unended === null ? Buffer.from(rest) : Buffer.concat([this.unended, rest]);
    this.unended = unended.length <= MAX_UNENDED ? unended : null;
    if (this.unended === null) throw new TooLongFrameError(unended.length);
  }

  /** Takes everything that is there. */
  takeAll(): Buffer {
    const all = Buffer.concat([this.unended ?? NOTHING, this.held ?? NOTHING]);
    this.clear();
    return all;
  }

  clear(): void {
    this.held = null;
    this.unended = null;
  }
}
