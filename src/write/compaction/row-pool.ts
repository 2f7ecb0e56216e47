import { RowFingerprint } from '../row-fingerprint';
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
  /** Of the key that was last looked at. */
  private readonly fingerprint = new RowFingerprint();

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
    const fingerprint = this.fingerprint.of(key);
    const partition = this.partitionOf(fingerprint);
    let set = this.partitions[partition];
    if (set === null) {
      set = this.partitions[partition] = new KeySet();
      this.heldBytes += set.bytes;
    }
    const before = set.bytes;
    if (!set.add(key, fingerprint)) return false;
    this.heldBytes += set.bytes - before;
    this.held++;
    return true;
  }

  /** Whether a row is in it that has not begun to come out. */
  has(key: Uint8Array): boolean {
    return this.hasLike(this.fingerprint.of(key));
  }

  /** The same of a row by its fingerprint. */
  hasLike(fingerprint: RowFingerprint): boolean {
    const set = this.partitions[this.partitionOf(fingerprint)];
    return set !== null && set.has(fingerprint);
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

  /** The partition of rows with such a fingerprint: the same for neighbours. */
  private partitionOf({ low }: RowFingerprint): number {
    return (low ^ this.seed) & (PARTITIONS - 1);
  }
}
