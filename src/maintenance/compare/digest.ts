import { createHash } from 'node:crypto';

/** A sum of things that come in any order: equal sums mean equal things. */
export class Digest {
  count = 0;
  private low = 0;
  private high = 0;

  /** Adds one thing, by a text that tells it apart from others. */
  add(text: string): void {
    const hash = createHash('sha1').update(text).digest();
    this.count++;
    this.low = (this.low + hash.readUInt32BE(0)) >>> 0;
    this.high = (this.high + hash.readUInt32BE(4)) >>> 0;
  }

  equals(other: Digest): boolean {
    return this.count === other.count && this.low === other.low && this.high === other.high;
  }
}
