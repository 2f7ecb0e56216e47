import type { RowFingerprint } from '../row-fingerprint';

const FIRST_SLOTS = 8;
const FIRST_BYTES = 128;
const LENGTH_BYTES = 2;
/** Bytes that an empty set counts for: the object and the headers of its two arrays. */
const OVERHEAD = 256;

/**
 * A set of row keys, without an object a key: the keys stand one after the other in one buffer (u16 length, bytes), and a hash
 * table of their fingerprints says which are there. Keys with the same fingerprint count as one: of a million that happens to two once in
 * some ten million sets, and to look at one place of memory instead of two halves the time. 32 to 55 bytes for a key of 19.
 */
export class KeySet {
  size = 0;
  /** Bytes of memory. */
  bytes = 0;
  /** Fingerprints, two numbers each; the second is 0 where there is none. */
  private slots = new Int32Array(2 * FIRST_SLOTS);
  private mask = FIRST_SLOTS - 1;
  private keys = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private end = 0;

  constructor() {
    this.count();
  }

  /** @returns false: it was in it already */
  add(key: Uint8Array, { low, high }: RowFingerprint): boolean {
    const slot = this.slotOf(low, high);
    if (this.slots[slot + 1] !== 0) return false;
    this.slots[slot] = low;
    this.slots[slot + 1] = high | 1;
    this.append(key);
    this.size++;
    if (this.size * 4 > (this.mask + 1) * 3) this.growSlots();
    return true;
  }

  has({ low, high }: RowFingerprint): boolean {
    return this.slots[this.slotOf(low, high) + 1] !== 0;
  }

  /** All keys, in order as unsigned bytes: views of memory that the set does not use again when it is dropped. */
  sorted(): Buffer[] {
    const found: Buffer[] = [];
    for (let at = 0; at < this.end;) {
      const from = at + LENGTH_BYTES;
      at = from + this.keys.readUInt16BE(at);
      found.push(this.keys.subarray(from, at));
    }
    return found.sort(Buffer.compare);
  }

  /** Where the fingerprint stands, or where it would; the lowest bit of `high` counts for nothing. */
  private slotOf(low: number, high: number): number {
    const { slots, mask } = this;
    for (let i = (high >>> 1) & mask; ; i = (i + 1) & mask) {
      const found = slots[2 * i + 1];
      if (found === 0 || (found === (high | 1) && slots[2 * i] === low)) return 2 * i;
    }
  }

  private append(key: Uint8Array): void {
    const at = this.end;
    const end = at + LENGTH_BYTES + key.length;
    if (end > this.keys.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(end, Math.ceil(this.keys.length * 1.5)));
      this.keys.copy(grown, 0, 0, at);
      this.keys = grown;
      this.count();
    }
    this.keys[at] = key.length >>> 8;
    this.keys[at + 1] = key.length;
    this.keys.set(key, at + LENGTH_BYTES);
    this.end = end;
  }

  private growSlots(): void {
    const old = this.slots;
    this.slots = new Int32Array(2 * old.length);
    this.mask = old.length - 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      const slot = this.slotOf(old[i], old[i + 1]);
      this.slots[slot] = old[i];
      this.slots[slot + 1] = old[i + 1];
    }
    this.count();
  }

  private count(): void {
    this.bytes = OVERHEAD + this.slots.byteLength + this.keys.length;
  }
}
