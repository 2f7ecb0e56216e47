/** The upper bits of a hash choose the shard, the lower ones the slot in it. */
const SHARD_BITS = 8;
const SHARD_SHIFT = 32 - SHARD_BITS;
const FIRST_SLOTS = 8;
/** Of the slots of a shard, most that may be taken. */
const MOST_TAKEN = 0.7;

/** By which of their keys records are found. */
export interface RecordKeys<Key> {
  hash(key: Key): number;
  /** The hash of a record's key. */
  hashOf(record: number): number;
  matches(record: number, key: Key): boolean;
}

/**
 * A hash table of records by one of their keys, in shards that grow one by one: no insertion takes long, however many records there are. Four
 * bytes a slot; what the keys are is only in the records.
 */
export class RecordIndex<Key> {
  /** Records in it. */
  size = 0;
  private shards: (Uint32Array | undefined)[] = [];
  private taken = new Uint32Array(1 << SHARD_BITS);

  constructor(private readonly keys: RecordKeys<Key>) {}

  /** The record with this key; 0: there is none. */
  find(key: Key): number {
    const hash = this.keys.hash(key);
    const slots = this.shards[hash >>> SHARD_SHIFT];
    return slots === undefined ? 0 : slots[this.slotOf(slots, hash, key)];
  }

  /** @param record whose key `find` does not find yet */
  add(record: number): void {
    const hash = this.keys.hashOf(record);
    const shard = hash >>> SHARD_SHIFT;
    let slots = (this.shards[shard] ??= new Uint32Array(FIRST_SLOTS));
    if (this.taken[shard] + 1 > MOST_TAKEN * slots.length) slots = this.shards[shard] = this.grown(slots);
    place(slots, hash, record);
    this.taken[shard]++;
    this.size++;
  }

  /** Takes a key out. @returns its record; 0: there was none */
  remove(key: Key): number {
    const hash = this.keys.hash(key);
    const shard = hash >>> SHARD_SHIFT;
    const slots = this.shards[shard];
    if (slots === undefined) return 0;
    const at = this.slotOf(slots, hash, key);
    const record = slots[at];
    if (record === 0) return 0;
    this.takeOut(slots, at);
    this.taken[shard]--;
    this.size--;
    return record;
  }

  clear(): void {
    this.shards = [];
    this.taken.fill(0);
    this.size = 0;
  }

  /** Where the key is, or would be. */
  private slotOf(slots: Uint32Array, hash: number, key: Key): number {
    const mask = slots.length - 1;
    let i = hash & mask;
    while (slots[i] !== 0 && !this.keys.matches(slots[i], key)) i = (i + 1) & mask;
    return i;
  }

  private grown(slots: Uint32Array): Uint32Array {
    const more = new Uint32Array(2 * slots.length);
    for (const record of slots) if (record !== 0) place(more, this.keys.hashOf(record), record);
    return more;
  }

  /** Those behind a slot that gets free move up, as far as they may: `find` stops at the first free slot. */
  private takeOut(slots: Uint32Array, at: number): void {
    const mask = slots.length - 1;
    let hole = at;
    for (let i = (at + 1) & mask; slots[i] !== 0; i = (i + 1) & mask) {
      const home = this.keys.hashOf(slots[i]) & mask;
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      slots[hole] = slots[i];
      hole = i;
    }
    slots[hole] = 0;
  }
}

function place(slots: Uint32Array, hash: number, record: number): void {
  const mask = slots.length - 1;
  let i = hash & mask;
  while (slots[i] !== 0) i = (i + 1) & mask;
  slots[i] = record;
}
