import { KeySet, type Fingerprint } from './key-set';

const PARTITIONS = 256;
const FACTOR_LOW = 0x5bd1e995;
const FACTOR_HIGH = 0x9e3779b1;

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
  /** Of the key that was last looked at. */
  private readonly fingerprint: Fingerprint = { low: 0, high: 0 };

  /** @param seed what makes this process's order its own; 32 bits */
  constructor(private readonly seed: number) {
    this.next = seed & (PARTITIONS - 1);
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
    const partition = this.look(key);
    let set = this.partitions[partition];
    if (set === null) {
      set = this.partitions[partition] = new KeySet();
      this.heldBytes += set.bytes;
    }
    const before = set.bytes;
    if (!set.add(key, this.fingerprint)) return false;
    this.heldBytes += set.bytes - before;
    this.held++;
    return true;
  }

  /** Whether a row is in it that has not begun to come out. */
  has(key: Uint8Array): boolean {
    return this.partitions[this.look(key)]?.has(this.fingerprint) ?? false;
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

  /** Leaves the key's fingerprint in `fingerprint`. @returns its partition, which depends on all but the last byte */
  private look(key: Uint8Array): number {
    const last = key.length - 1;
    let low = this.seed ^ last;
    let high = ~low;
    let i = 0;
    for (; i + 4 <= last; i += 4) {
      const word = key[i] | (key[i + 1] << 8) | (key[i + 2] << 16) | (key[i + 3] << 24);
      low = mix(Math.imul(low ^ word, FACTOR_LOW));
      high = mix(Math.imul(high ^ word, FACTOR_HIGH));
    }
    let rest = 0;
    for (; i < last; i++) rest = (rest << 8) | key[i];
    low = mix(Math.imul(low ^ rest, FACTOR_LOW));
    high = mix(Math.imul(high ^ rest, FACTOR_HIGH));
    const { fingerprint } = this;
    fingerprint.low = mix(Math.imul(low ^ key[last], FACTOR_HIGH));
    fingerprint.high = mix(Math.imul(high ^ key[last], FACTOR_LOW));
    return low & (PARTITIONS - 1);
  }
}

/** Takes the upper bits of a product down to the lower ones. */
function mix(product: number): number {
  return product ^ (product >>> 15);
}
