import { hashName } from './names-table';

const PRIME = 0x01000193;

/** What a tag adds to the hash of its series: by sum, so that the order of tags does not matter. @param key, value hashes of the names */
export function hashTag(key: number, value: number): number {
  const mixed = Math.imul(key ^ ((value << 13) | (value >>> 19)), PRIME);
  return mixed ^ (mixed >>> 15);
}

/** The hash of a series whose names are text, as the fast path forms it from their bytes. */
export function hashSeries(metric: string, tags: ReadonlyMap<string, string>, encoding: BufferEncoding): number {
  const hashOf = (name: string): number => {
    const bytes = Buffer.from(name, encoding);
    return hashName(bytes, 0, bytes.length);
  };
  let hash = hashOf(metric);
  for (const [key, value] of tags) hash = (hash + hashTag(hashOf(key), hashOf(value))) | 0;
  return hash;
}

/**
 * Series of which points wait for UIDs on the slow path: what comes for them must go behind. Kept as hashes; a series that only shares
 * its hash takes the slow path as well, which costs it that and nothing else.
 */
export class SeriesFence {
  private readonly waiting = new Map<number, number>();
  /** Hashes in it. */
  size = 0;

  add(hash: number): void {
    this.waiting.set(hash, (this.waiting.get(hash) ?? 0) + 1);
    this.size = this.waiting.size;
  }

  /** Undoes one `add`. */
  remove(hash: number): void {
    const left = (this.waiting.get(hash) ?? 0) - 1;
    if (left > 0) this.waiting.set(hash, left);
    else this.waiting.delete(hash);
    this.size = this.waiting.size;
  }

  has(hash: number): boolean {
    return this.waiting.has(hash);
  }
}
