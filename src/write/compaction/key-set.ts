const FIRST_SLOTS = 8;
const FIRST_BYTES = 128;
const LENGTH_BYTES = 2;
/** Bytes that an empty set counts for: the object and the headers of its two arrays. */
const OVERHEAD = 256;

/**
 * A set of row keys, without an object a key: the keys stand one after the other in one buffer (u16 length, bytes), and a hash
 * table of 32-bit offsets finds them. 21 to 40 bytes for a key of 19.
 */
export class KeySet {
  size = 0;
  /** Offset of a key plus one; 0: free. */
  private slots = new Int32Array(FIRST_SLOTS);
  private keys = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private end = 0;

  /** @param hash of a key; equal keys have equal hashes */
  constructor(private readonly hash: (bytes: Uint8Array, from: number, to: number) => number) {}

  /** Bytes of memory. */
  get bytes(): number {
    return OVERHEAD + this.slots.byteLength + this.keys.length;
  }

  /** @returns false: it was in it already */
  add(key: Uint8Array, hash: number): boolean {
    const slot = this.slotOf(key, hash);
    if (this.slots[slot] !== 0) return false;
    this.slots[slot] = this.append(key) + 1;
    this.size++;
    if (this.size * 4 > this.slots.length * 3) this.rehash();
    return true;
  }

  has(key: Uint8Array, hash: number): boolean {
    return this.slots[this.slotOf(key, hash)] !== 0;
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

  /** Where the key stands, or the free slot where it would. */
  private slotOf(key: Uint8Array, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0 && !this.isAt(this.slots[slot] - 1, key)) slot = (slot + 1) & mask;
    return slot;
  }

  private isAt(at: number, key: Uint8Array): boolean {
    const { keys } = this;
    const { length } = key;
    if (((keys[at] << 8) | keys[at + 1]) !== length) return false;
    const from = at + LENGTH_BYTES;
    // From the end: tags differ more often than the metric in front.
    for (let i = length - 1; i >= 0; i--) if (keys[from + i] !== key[i]) return false;
    return true;
  }

  private append(key: Uint8Array): number {
    const at = this.end;
    const end = at + LENGTH_BYTES + key.length;
    if (end > this.keys.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(end, Math.ceil(this.keys.length * 1.5)));
      this.keys.copy(grown, 0, 0, at);
      this.keys = grown;
    }
    this.keys[at] = key.length >>> 8;
    this.keys[at + 1] = key.length;
    this.keys.set(key, at + LENGTH_BYTES);
    this.end = end;
    return at;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let at = 0; at < this.end;) {
      const from = at + LENGTH_BYTES;
      const to = from + this.keys.readUInt16BE(at);
      let slot = this.hash(this.keys, from, to) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = at + 1;
      at = to;
    }
    this.slots = slots;
  }
}
