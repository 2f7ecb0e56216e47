import { baseTimeAt, tagsAt, type KeyLayout } from '../schema';

const FIRST_SERIES = 1024;
const FIRST_ARENA = 16 * FIRST_SERIES;
/** Bytes of an entry's numbers. */
const ENTRY_BYTES = 5 * 4 + 1;

/**
 * Series that had points, by the keys of their rows, with the points that are not counted in the meta table yet: a hash table over numbers, since
 * it is asked for every row that is written and may hold millions.
 */
export class SeenSeries {
  /** Entries are 0 to `size - 1`, in the order of their coming. */
  size = 0;
  /** Points that are to be counted. */
  pending = new Uint32Array(FIRST_SERIES);
  /** Seconds: when a point came last, and when its counter is due. */
  seenAt = new Uint32Array(FIRST_SERIES);
  dueAt = new Uint32Array(FIRST_SERIES);
  /** 1: its counter is about to be written. */
  queued = new Uint8Array(FIRST_SERIES);
  private hashes = new Int32Array(FIRST_SERIES);
  private ends = new Uint32Array(FIRST_SERIES);
  private arena = Buffer.allocUnsafe(FIRST_ARENA);
  /** Entry + 1 by hash; 0: free. */
  private slots = new Uint32Array(2 * FIRST_SERIES);
  private readonly metricAt: number;
  private readonly baseAt: number;
  private readonly tagsAt: number;

  constructor(
    layout: KeyLayout,
    private readonly maxBytes: number,
  ) {
    this.metricAt = layout.salt;
    this.baseAt = baseTimeAt(layout);
    this.tagsAt = tagsAt(layout);
  }

  get bytes(): number {
    return this.pending.length * ENTRY_BYTES + 4 * this.slots.length + this.arena.length;
  }

  /** One series more would take too much of the memory. */
  get full(): boolean {
    return this.size === this.pending.length && 2 * this.bytes > this.maxBytes;
  }

  /** The entry of the series of a row; -1: it was not seen. */
  find(rowKey: Uint8Array, length: number): number {
    const hash = this.hash(rowKey, length);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot] - 1;
      if (entry < 0 || (this.hashes[entry] === hash && this.isAt(entry, rowKey, length))) return entry;
    }
  }

  /** Adds a series that `find` did not find. @returns its entry */
  add(rowKey: Uint8Array, length: number): number {
    if (this.size === this.pending.length) this.growEntries();
    if (2 * this.size >= this.slots.length) this.growSlots();
    const entry = this.size;
    let at = this.end;
    const end = at + length - this.metricAt - (this.tagsAt - this.baseAt);
    if (end > this.arena.length) this.growArena();
    for (let i = this.metricAt; i < this.baseAt; i++) this.arena[at++] = rowKey[i];
    for (let i = this.tagsAt; i < length; i++) this.arena[at++] = rowKey[i];
    this.hashes[entry] = this.hash(rowKey, length);
    this.ends[entry] = end;
    this.size++;
    this.place(entry);
    return entry;
  }

  /** A copy of the TSUID of an entry. */
  tsuid(entry: number): Buffer {
    return Buffer.from(this.arena.subarray(entry === 0 ? 0 : this.ends[entry - 1], this.ends[entry]));
  }

  /** Takes the points that are to be counted. */
  take(entry: number): number {
    const points = this.pending[entry];
    this.pending[entry] = 0;
    return points;
  }

  private get end(): number {
    return this.size === 0 ? 0 : this.ends[this.size - 1];
  }

  private hash(rowKey: Uint8Array, length: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let i = this.metricAt; i < this.baseAt; i++) hash = Math.imul(hash ^ rowKey[i], 0x01000193);
    for (let i = this.tagsAt; i < length; i++) hash = Math.imul(hash ^ rowKey[i], 0x01000193);
    return hash ^ (hash >>> 15);
  }

  private isAt(entry: number, rowKey: Uint8Array, length: number): boolean {
    const { arena, tagsAt } = this;
    let at = this.ends[entry];
    if (at - (entry === 0 ? 0 : this.ends[entry - 1]) !== length - this.metricAt - (tagsAt - this.baseAt)) return false;
    for (let i = length; i > tagsAt;) if (arena[--at] !== rowKey[--i]) return false;
    for (let i = this.baseAt; i > this.metricAt;) if (arena[--at] !== rowKey[--i]) return false;
    return true;
  }

  private place(entry: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashes[entry] & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry + 1;
  }

  private growSlots(): void {
    this.slots = new Uint32Array(2 * this.slots.length);
    for (let entry = 0; entry < this.size; entry++) this.place(entry);
  }

  private growEntries(): void {
    const grown = <T extends Uint32Array | Int32Array | Uint8Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    const count = 2 * this.pending.length;
    this.pending = grown(this.pending, new Uint32Array(count));
    this.seenAt = grown(this.seenAt, new Uint32Array(count));
    this.dueAt = grown(this.dueAt, new Uint32Array(count));
    this.hashes = grown(this.hashes, new Int32Array(count));
    this.ends = grown(this.ends, new Uint32Array(count));
    this.queued = grown(this.queued, new Uint8Array(count));
  }

  private growArena(): void {
    const grown = Buffer.allocUnsafe(2 * this.arena.length);
    this.arena.copy(grown);
    this.arena = grown;
  }
}
