import { baseTimeAt, tagsAt, type KeyLayout } from '../schema';

const FIRST_SLOTS = 2048;
const FIRST_WORDS = 16 * 1024;
/** A record: these words, and behind them the TSUID. */
const HASH = 0;
const LENGTH = 1;
const PENDING = 2;
const SEEN_AT = 3;
const DUE_AT = 4;
const QUEUED = 5;
const HEADER = 6;

/**
 * Series that had points, by the keys of their rows, with the points that are not counted in the meta table yet. It is asked for every row that is
 * written and may hold millions, so that what counts is how far apart lies what is touched: a slot has hash and record side by side, and a
 * record its numbers and its TSUID.
 */
export class SeenSeries {
  /** How many there are. */
  size = 0;
  private words = new Uint32Array(FIRST_WORDS);
  private bytesOfWords = new Uint8Array(this.words.buffer);
  /** The first word that is free; records begin behind the first, since 0 marks a free slot. */
  private end = 1;
  /** Hash and record, in turns. */
  private slots = new Uint32Array(2 * FIRST_SLOTS);
  private mask = FIRST_SLOTS - 1;
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
    return 4 * (this.words.length + this.slots.length);
  }

  /** Room for further series would take too much of the memory. */
  get full(): boolean {
    const more = this.recordEnd(this.end, 256) > this.words.length ? this.words.length : 0;
    const slots = 2 * (this.size + 1) > this.mask ? this.slots.length : 0;
    return this.bytes + 4 * (more + slots) > this.maxBytes;
  }

  /** The entry of the series of a row; 0: it was not seen. */
  find(rowKey: Uint8Array, length: number): number {
    const hash = this.hash(rowKey, length);
    const { slots, mask } = this;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[2 * slot + 1];
      if (entry === 0 || (slots[2 * slot] === hash >>> 0 && this.isAt(entry, rowKey, length))) return entry;
    }
  }

  /** Adds a series that `find` did not find, which nobody has to count yet. @returns its entry */
  add(rowKey: Uint8Array, length: number): number {
    const keyLength = length - this.metricAt - (this.tagsAt - this.baseAt);
    const entry = this.end;
    const end = this.recordEnd(entry, keyLength);
    if (end > this.words.length) this.growWords();
    if (2 * (this.size + 1) > this.mask) this.growSlots();
    let at = 4 * (entry + HEADER);
    for (let i = this.metricAt; i < this.baseAt; i++) this.bytesOfWords[at++] = rowKey[i];
    for (let i = this.tagsAt; i < length; i++) this.bytesOfWords[at++] = rowKey[i];
    this.words[entry + HASH] = this.hash(rowKey, length);
    this.words[entry + LENGTH] = keyLength;
    this.end = end;
    this.size++;
    this.place(entry);
    return entry;
  }

  /** Points came at this time, in seconds. @returns whether the counter is due, and nobody has it in hand */
  count(entry: number, points: number, now: number): boolean {
    const { words } = this;
    words[entry + PENDING] += points;
    words[entry + SEEN_AT] = now;
    return now >= words[entry + DUE_AT] && words[entry + QUEUED] === 0;
  }

  /** Points that are to be counted. */
  pending(entry: number): number {
    return this.words[entry + PENDING];
  }

  /** When a point came last, in seconds. */
  seenAt(entry: number): number {
    return this.words[entry + SEEN_AT];
  }

  /** When its counter is due, in seconds. */
  dueAt(entry: number): number {
    return this.words[entry + DUE_AT];
  }

  setDue(entry: number, seconds: number): void {
    this.words[entry + DUE_AT] = seconds;
  }

  /** Somebody has its counter in hand, or has no more. */
  setQueued(entry: number, queued: boolean): void {
    this.words[entry + QUEUED] = queued ? 1 : 0;
  }

  /** Takes the points that are to be counted. */
  take(entry: number): number {
    const points = this.words[entry + PENDING];
    this.words[entry + PENDING] = 0;
    return points;
  }

  /** Points that were taken are to be counted after all. */
  putBack(entry: number, points: number): void {
    this.words[entry + PENDING] += points;
  }

  /** A copy of the TSUID of an entry. */
  tsuid(entry: number): Buffer {
    const at = 4 * (entry + HEADER);
    return Buffer.from(this.bytesOfWords.subarray(at, at + this.words[entry + LENGTH]));
  }

  /** Entries with points to be counted that are due, or all of them, and that nobody has in hand. */
  forEachDue(now: number, all: boolean, visit: (entry: number) => void): void {
    for (let entry = 1; entry < this.end; entry = this.recordEnd(entry, this.words[entry + LENGTH])) {
      const { words } = this;
      if (words[entry + PENDING] > 0 && words[entry + QUEUED] === 0 && (all || now >= words[entry + DUE_AT])) visit(entry);
    }
  }

  private recordEnd(entry: number, keyLength: number): number {
    return entry + HEADER + ((keyLength + 3) >>> 2);
  }

  private hash(rowKey: Uint8Array, length: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let i = this.metricAt; i < this.baseAt; i++) hash = Math.imul(hash ^ rowKey[i], 0x01000193);
    for (let i = this.tagsAt; i < length; i++) hash = Math.imul(hash ^ rowKey[i], 0x01000193);
    return hash ^ (hash >>> 15);
  }

  private isAt(entry: number, rowKey: Uint8Array, length: number): boolean {
    const { words, bytesOfWords, metricAt, baseAt, tagsAt } = this;
    const keyLength = words[entry + LENGTH];
    if (keyLength !== length - metricAt - (tagsAt - baseAt)) return false;
    let at = 4 * (entry + HEADER) + keyLength;
    for (let i = length; i > tagsAt;) if (bytesOfWords[--at] !== rowKey[--i]) return false;
    for (let i = baseAt; i > metricAt;) if (bytesOfWords[--at] !== rowKey[--i]) return false;
    return true;
  }

  private place(entry: number): void {
    const hash = this.words[entry + HASH];
    let slot = hash & this.mask;
    while (this.slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.mask;
    this.slots[2 * slot] = hash;
    this.slots[2 * slot + 1] = entry;
  }

  private growSlots(): void {
    const old = this.slots;
    this.slots = new Uint32Array(2 * old.length);
    this.mask = old.length - 1;
    for (let i = 1; i < old.length; i += 2) if (old[i] !== 0) this.place(old[i]);
  }

  private growWords(): void {
    const grown = new Uint32Array(2 * this.words.length);
    grown.set(this.words);
    this.words = grown;
    this.bytesOfWords = new Uint8Array(grown.buffer);
  }
}
