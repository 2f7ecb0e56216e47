/** The spool has no room for a record. */
export class SpoolFullError extends Error {
  constructor(bytes: number) {
    super(`the spool holds ${bytes} bytes and takes no more`);
    this.name = 'SpoolFullError';
  }
}

/** The bytes that all queues of a spool may hold together. */
export class SpoolSpace {
  used = 0;

  constructor(readonly max: number) {}

  /** @throws SpoolFullError */
  take(bytes: number): void {
    if (this.used + bytes > this.max) throw new SpoolFullError(this.used);
    this.used += bytes;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}
