import { randomInt } from 'node:crypto';

/** What each byte of a name multiplies its hash by. */
export const HASH_PRIME = 0x01000193;
const PRIME = HASH_PRIME;
/** Start of every name's hash; different in each process so that nobody can prepare names that collide. */
export const HASH_SEED = randomInt(0x7fffffff) | 1;

/** The hash of a name (FNV-1a). */
export function hashName(bytes: Uint8Array, from: number, to: number): number {
  let hash = HASH_SEED;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i], PRIME);
  return hash;
}

const LENGTH_BYTES = 2;
/** Set in the length of a name that is forgotten. */
const DELETED = 0x8000;
const MAX_NAME = DELETED - 1;
/** Bits of a slot for where the record is: enough for the largest arena. */
const PLACE_BITS = 28;
const PLACE = (1 << PLACE_BITS) - 1;
const MOST_BYTES = 1 << (PLACE_BITS - 1);
const FIRST_SLOTS = 1024;
const FIRST_ARENA = 1 << 14;
/** A table with no more names is in the processor's caches if it is in use at all. */
const MOST_CACHED = 4096;

/**
 * Names of one kind by their bytes as they stand on the wire, with their UIDs: what the fast path of writing asks instead of the
 * UID caches, which want strings. Two open-addressing tables, by name and by UID, over an arena of records `u16 length | UID | name`; a name of ten
 * letters takes some 30 bytes.
 * Whoever owns it takes out of it what stops being true.
 */
export class NamesTable {
  /** Record offset + 1 (0: free), by name; the upper bits are those of the name's hash, so that few records of others are looked at. */
  private slots = new Int32Array(FIRST_SLOTS);
  private mask = FIRST_SLOTS - 1;
  /** Record offset + 1 (0: free), by UID. */
  private byUid = new Int32Array(FIRST_SLOTS);
  private used = 0;
  private removed = 0;
  private end = 0;
  /** The records; `find` answers with offsets into it. */
  arena: Buffer = Buffer.allocUnsafe(FIRST_ARENA);

  /**
   * @param width bytes of a UID of this kind
   * @param maxBytes when the arena would grow beyond it the table starts again from empty
   */
  constructor(
    readonly width: number,
    private readonly maxBytes = MOST_BYTES,
  ) {}

  /** Names in it. */
  get size(): number {
    return this.used - this.removed;
  }

  /** Where in `arena` the name's UID stands; -1: unknown. @param hash of the name, see hashName */
  find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slots = this.slots;
    const mask = this.mask;
    for (let i = spread(hash) & mask; ; i = (i + 1) & mask) {
      const slot = slots[i];
      if (slot === 0) return -1;
      const at = slot & PLACE;
      if ((slot ^ hash) >>> PLACE_BITS === 0 && this.sameName(at - 1, bytes, from, to)) return at - 1 + LENGTH_BYTES;
    }
  }

  /**
   * Reads ahead what finding names will read. One after the other each would wait for memory, as a table of many names is seldom in the processor's caches;
   * in one loop they wait together.
   * @param hashes of the names, one every `step` numbers
   * @returns what depends on all that was read, for the caller to keep: what nobody needs is not read
   */
  readAhead(hashes: Int32Array, from: number, to: number, step: number): number {
    if (this.used < MOST_CACHED) return 0;
    const { slots, arena, mask } = this;
    let read = 0;
    for (let i = from; i < to; i += step) {
      const slot = slots[spread(hashes[i]) & mask];
      if (slot !== 0) read ^= arena[(slot & PLACE) - 1];
    }
    return read;
  }

  /** The name of a UID, or one of several that were added; null: none is known. A view. */
  nameOf(uid: Uint8Array): Buffer | null {
    if (uid.length !== this.width) return null;
    const { byUid, mask, arena } = this;
    for (let i = hashUid(uid, 0, this.width) & mask; byUid[i] !== 0; i = (i + 1) & mask) {
      const record = byUid[i] - 1;
      const length = (arena[record] << 8) | arena[record + 1];
      if ((length & DELETED) !== 0 || !this.sameUid(record, uid)) continue;
      const from = record + LENGTH_BYTES + this.width;
      return arena.subarray(from, from + length);
    }
    return null;
  }

  private sameUid(record: number, uid: Uint8Array): boolean {
    for (let i = 0; i < this.width; i++) if (this.arena[record + LENGTH_BYTES + i] !== uid[i]) return false;
    return true;
  }

  private sameName(record: number, bytes: Uint8Array, from: number, to: number): boolean {
    const arena = this.arena;
    const length = to - from;
    if (((arena[record] << 8) | arena[record + 1]) !== length) return false;
    const name = record + LENGTH_BYTES + this.width;
    for (let i = 0; i < length; i++) if (arena[name + i] !== bytes[from + i]) return false;
    return true;
  }

  /** Adds a name that is not there yet. Names of 32 KB and more are not kept: no table has them. */
  add(bytes: Uint8Array, from: number, to: number, uid: Uint8Array): void {
    const length = to - from;
    if (length > MAX_NAME || uid.length !== this.width) return;
    const hash = hashName(bytes, from, to);
    if (this.find(bytes, from, to, hash) >= 0) return;
    const size = LENGTH_BYTES + this.width + length;
    if (this.end + size > this.arena.length && !this.growArena(size)) return;
    if (2 * (this.used + 1) > this.mask + 1) this.growSlots();
    const at = this.end;
    this.arena[at] = length >>> 8;
    this.arena[at + 1] = length;
    this.arena.set(uid, at + LENGTH_BYTES);
    for (let i = 0; i < length; i++) this.arena[at + LENGTH_BYTES + this.width + i] = bytes[from + i];
    this.end += size;
    this.place(hash, at);
    this.placeUid(at);
    this.used++;
  }

  /** Forgets a name. Its slots stay taken until the tables grow, its record until all is emptied. */
  remove(bytes: Uint8Array): void {
    const uidAt = this.find(bytes, 0, bytes.length, hashName(bytes, 0, bytes.length));
    if (uidAt < 0) return;
    this.arena[uidAt - LENGTH_BYTES] |= DELETED >>> 8;
    this.removed++;
  }

  clear(): void {
    this.slots = new Int32Array(FIRST_SLOTS);
    this.mask = FIRST_SLOTS - 1;
    this.byUid = new Int32Array(FIRST_SLOTS);
    this.arena = Buffer.allocUnsafe(FIRST_ARENA);
    this.used = 0;
    this.removed = 0;
    this.end = 0;
  }

  private place(hash: number, record: number): void {
    const { slots, mask } = this;
    let i = spread(hash) & mask;
    while (slots[i] !== 0) i = (i + 1) & mask;
    slots[i] = (hash & ~PLACE) | (record + 1);
  }

  private placeUid(record: number): void {
    const { byUid, mask } = this;
    let i = hashUid(this.arena, record + LENGTH_BYTES, this.width) & mask;
    while (byUid[i] !== 0) i = (i + 1) & mask;
    byUid[i] = record + 1;
  }

  /** Tables of twice the size, filled from the records in their order, which is much faster than in that of the slots. */
  private growSlots(): void {
    const { arena, end, width } = this;
    this.mask = 2 * this.mask + 1;
    this.slots = new Int32Array(this.mask + 1);
    this.byUid = new Int32Array(this.mask + 1);
    this.used -= this.removed;
    this.removed = 0;
    for (let at = 0; at < end;) {
      const length = (arena[at] << 8) | arena[at + 1];
      const name = at + LENGTH_BYTES + width;
      const next = name + (length & MAX_NAME);
      if ((length & DELETED) === 0) {
        this.place(hashName(arena, name, next), at);
        this.placeUid(at);
      }
      at = next;
    }
  }

  /** @returns false: a record of this size has no room at all */
  private growArena(size: number): boolean {
    if (size > this.maxBytes) return false;
    if (this.end + size > this.maxBytes) this.clear();
    if (this.end + size <= this.arena.length) return true;
    const grown = Buffer.allocUnsafe(Math.min(this.maxBytes, Math.max(2 * this.arena.length, this.end + size)));
    this.arena.copy(grown, 0, 0, this.end);
    this.arena = grown;
    return true;
  }
}

function hashUid(bytes: Uint8Array, at: number, width: number): number {
  let hash = HASH_SEED;
  for (let i = 0; i < width; i++) hash = Math.imul(hash ^ bytes[at + i], PRIME);
  return spread(hash);
}

/** Takes the upper bits down: the low ones of this hash alone follow the last bytes too closely. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
