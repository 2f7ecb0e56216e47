import { KeySet } from './key-set';

const PARTITIONS = 256;

/**
 * Rows that wait together, each once. They are kept in partitions by hash and come out partition by partition, in an order of
 * partitions that is each process's own, so that several TSDs with the same rows seldom meet. Rows whose keys differ in the last
 * byte only, which are neighbours in storage, share a partition and come out together. Partitions also keep short what growing
 * and sorting do at once.
 */
export class RowPool {
  private readonly partitions: (KeySet | null)[] = new Array<KeySet | null>(PARTITIONS).fill(null);
  private held = 0;
  private heldBytes = 0;
  /** Keys of the partition that is coming out, the next one last. */
  private ready: Buffer[] = [];
  private readyBytes = 0;
  private next: number;
  private prefixHash = 0;
  private readonly hash: (bytes: Uint8Array, from: number, to: number) => number;

  /** @param seed what makes this process's order its own; 32 bits */
  constructor(private readonly seed: number) {
    this.next = seed & (PARTITIONS - 1);
    this.hash = (bytes, from, to) => this.hashOf(bytes, from, to);
  }

  /** Rows in it. */
  get size(): number {
    return this.held + this.ready.length;
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.heldBytes + this.readyBytes;
  }

  /** @param key copied. @returns false: it was in it already */
  add(key: Uint8Array): boolean {
    const hash = this.hashOf(key, 0, key.length);
    const partition = this.prefixHash & (PARTITIONS - 1);
    let set = this.partitions[partition];
    if (set === null) {
      set = this.partitions[partition] = new KeySet(this.hash);
      this.heldBytes += set.bytes;
    }
    const before = set.bytes;
    const added = set.add(key, hash);
    this.heldBytes += set.bytes - before;
    if (added) this.held++;
    return added;
  }

  /** Whether a row is in it that has not begun to come out. */
  has(key: Uint8Array): boolean {
    const hash = this.hashOf(key, 0, key.length);
    return this.partitions[this.prefixHash & (PARTITIONS - 1)]?.has(key, hash) ?? false;
  }

  /** Takes rows out: at most `count`, none only when there are none. Views. */
  take(count: number): Buffer[] {
    if (this.ready.length === 0) this.open();
    const taken = this.ready.splice(Math.max(0, this.ready.length - count)).reverse();
    if (this.ready.length === 0) this.readyBytes = 0;
    return taken;
  }

  private open(): void {
    for (let i = 0; i < PARTITIONS && this.held > 0; i++) {
      const partition = this.next;
      this.next = (partition + 1) & (PARTITIONS - 1);
      const set = this.partitions[partition];
      if (set === null) continue;
      this.partitions[partition] = null;
      this.held -= set.size;
      this.heldBytes -= set.bytes;
      this.readyBytes = set.bytes;
      this.ready = set.sorted().reverse();
      return;
    }
  }

  /** Also leaves the hash of all but the last byte in `prefixHash`. */
  private hashOf(bytes: Uint8Array, from: number, to: number): number {
    let hash = this.seed;
    for (let i = from; i < to - 1; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    this.prefixHash = mix(hash);
    return mix(Math.imul(hash ^ bytes[to - 1], 0x01000193)) >>> 8;
  }
}

function mix(hash: number): number {
  const h = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return h ^ (h >>> 15);
}
