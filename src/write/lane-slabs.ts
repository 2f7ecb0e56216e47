import { PACKED_HEADER, PackedCells, type PackedRows } from '../storage';
import { BlockArena } from './block-arena';
import { PortionSinks } from './portion-sinks';
import { RowFingerprint } from './row-fingerprint';
import type { WrittenRows } from './written-rows';

const HEADER = PACKED_HEADER;
const FIRST_ROWS = 1024;
/** What a block has room for beyond what is put in first. */
const FIRST_CELLS = 24;
/** Longer keys are lent in buffers of their own. */
const LONGEST_LENT = 256;
/** Attempts are counted up to this. */
const MOST_ATTEMPTS = 255;

/**
 * Rows that have something to write, and their cells, with no object for either. A row's cells are one portion, which waits and then goes
 * to storage, while those that come meanwhile are the next:
 *
 *     buckets               rows                            portions                        blocks of the arena
 *    ┌───────┐   row    ┌─────────────────────┐ portion ┌──────────────────────┐  page,   ┌───────────────────────────────────┐
 *    │ high  ├─────────►│ low, high, next     │  ┌─────►│ page, at, capacity   ├─────────►│ row key                           │
 *    │ &mask │          │ waiting ────────────┼──┘      │ keyLength, end       │  at      ├───────────────────────────────────┤
 *    └───────┘          │ flying ─────────────┼─┐       │ cells, points, cost  │          │ u16 qualifier length              │
 *                       │ queued, since       │ │       │ sinks (PortionSinks) │          │ u32 value length      (PackedCells)│
 *                       │ attempts            │ └──►... └──────────────────────┘          │ qualifier, value                  │
 *                       └─────────────────────┘                                           └───────── repeated, up to `end` ───┘
 *
 * Each box is a number: rows and portions are positions in typed arrays, which are used again as rows close. A portion's block moves when it
 * grows, and only a portion that waits grows: what storage was given stays where it is. Where there is no portion the number is -1.
 */
export class LaneSlabs {
  private buckets = new Int32Array(FIRST_ROWS).fill(-1);
  /** Rows in use. */
  size = 0;

  /** The fingerprint of its key. */
  private low = new Int32Array(FIRST_ROWS);
  private high = new Int32Array(FIRST_ROWS);
  /** The next row in the bucket; of a free row, the next free one. */
  private next = new Int32Array(FIRST_ROWS);
  waiting = new Int32Array(FIRST_ROWS);
  flying = new Int32Array(FIRST_ROWS);
  /** 1: in the lane's queue. */
  queued = new Uint8Array(FIRST_ROWS);
  /** When the oldest waiting point came, `performance.now()` scale. */
  since = new Float64Array(FIRST_ROWS);
  /** Failed attempts of the oldest cells. */
  attempts = new Uint8Array(FIRST_ROWS);
  private rows = 0;
  private freeRow = -1;

  private page = new Int32Array(FIRST_ROWS);
  private at = new Int32Array(FIRST_ROWS);
  private capacity = new Int32Array(FIRST_ROWS);
  keyLength = new Int32Array(FIRST_ROWS);
  /** Bytes in use of the block. */
  private end = new Int32Array(FIRST_ROWS);
  private cells = new Int32Array(FIRST_ROWS);
  /** Data points; more than cells in append mode. */
  points = new Int32Array(FIRST_ROWS);
  /** Bytes of the write budget. */
  cost = new Float64Array(FIRST_ROWS);
  /** The next free portion. */
  private nextPortion = new Int32Array(FIRST_ROWS);
  /** Milliseconds, one a cell, of portions whose cells carry the time of their point. */
  private readonly times = new Map<number, number[]>();
  private portions = 0;
  private freePortion = -1;
  readonly sinks = new PortionSinks();

  private readonly arena = new BlockArena();
  /** Buffers that keys are lent in, by length. */
  private readonly lent: (Buffer | undefined)[] = [];

  /** The row of a key that stands in the first `length` bytes of `key`; -1: not here. */
  find(key: Uint8Array, length: number, { low, high }: RowFingerprint): number {
    let row = this.buckets[high & (this.buckets.length - 1)];
    while (row >= 0 && !(this.high[row] === high && this.low[row] === low && this.hasKey(row, key, length))) row = this.next[row];
    return row;
  }

  private hasKey(row: number, key: Uint8Array, length: number): boolean {
    const portion = this.waiting[row] >= 0 ? this.waiting[row] : this.flying[row];
    if (this.keyLength[portion] !== length) return false;
    const bytes = this.arena.bytes(this.page[portion]);
    const at = this.at[portion];
    // From the end: the tags differ more often than the metric in front.
    for (let i = length - 1; i >= 0; i--) if (bytes[at + i] !== key[i]) return false;
    return true;
  }

  /** Adds a row that `find` did not find, with an empty portion that waits; the key is copied. */
  insert(key: Uint8Array, length: number, { low, high }: RowFingerprint, now: number): number {
    let row = this.freeRow;
    if (row >= 0) this.freeRow = this.next[row];
    else {
      row = this.rows++;
      if (row === this.low.length) this.growRows();
    }
    if (this.size >= this.buckets.length) this.growBuckets();
    const bucket = high & (this.buckets.length - 1);
    this.low[row] = low;
    this.high[row] = high;
    this.next[row] = this.buckets[bucket];
    this.buckets[bucket] = row;
    this.flying[row] = -1;
    this.attempts[row] = 0;
    this.since[row] = now;
    this.waiting[row] = this.newPortion(key, 0, length);
    this.size++;
    return row;
  }

  /** Takes a row out that has no portion any more. */
  remove(row: number): void {
    const bucket = this.high[row] & (this.buckets.length - 1);
    let at = this.buckets[bucket];
    if (at === row) this.buckets[bucket] = this.next[row];
    else {
      while (this.next[at] !== row) at = this.next[at];
      this.next[at] = this.next[row];
    }
    this.next[row] = this.freeRow;
    this.freeRow = row;
    if (--this.size === 0) this.arena.shrink();
  }

  /** Gives a row whose cells are on their way another portion for those that come. */
  open(row: number): number {
    const flying = this.flying[row];
    return (this.waiting[row] = this.newPortion(this.arena.bytes(this.page[flying]), this.at[flying], this.keyLength[flying]));
  }

  /** One more attempt has failed. */
  countAttempt(row: number): void {
    if (this.attempts[row] < MOST_ATTEMPTS) this.attempts[row]++;
  }

  forEach(visit: (row: number) => void): void {
    for (let row of this.buckets) for (; row >= 0; row = this.next[row]) visit(row);
  }

  private newPortion(key: Uint8Array, keyAt: number, length: number): number {
    let portion = this.freePortion;
    if (portion >= 0) this.freePortion = this.nextPortion[portion];
    else {
      portion = this.portions++;
      if (portion === this.page.length) this.growPortions();
    }
    const { arena } = this;
    arena.allocate(length + FIRST_CELLS);
    this.page[portion] = arena.page;
    this.at[portion] = arena.at;
    this.capacity[portion] = arena.capacity;
    const bytes = arena.bytes(arena.page);
    for (let i = 0; i < length; i++) bytes[arena.at + i] = key[keyAt + i];
    this.keyLength[portion] = length;
    this.end[portion] = length;
    this.cells[portion] = 0;
    this.points[portion] = 0;
    this.cost[portion] = 0;
    this.sinks.clear(portion);
    return portion;
  }

  /** A portion is stored, or has failed for good. */
  release(portion: number): void {
    this.arena.release(this.page[portion], this.at[portion], this.capacity[portion]);
    if (this.times.size > 0) this.times.delete(portion);
    this.nextPortion[portion] = this.freePortion;
    this.freePortion = portion;
  }

  /** Makes room for so many bytes at a portion's end. @returns where in its page they start */
  private extend(portion: number, bytes: number): number {
    const end = this.end[portion];
    const need = end + bytes;
    if (need > this.capacity[portion]) this.grow(portion, need);
    this.end[portion] = need;
    return this.at[portion] + end;
  }

  private grow(portion: number, need: number): void {
    const { arena } = this;
    const page = this.page[portion];
    const at = this.at[portion];
    arena.allocate(need);
    arena.bytes(page).copy(arena.bytes(arena.page), arena.at, at, at + this.end[portion]);
    arena.release(page, at, this.capacity[portion]);
    this.page[portion] = arena.page;
    this.at[portion] = arena.at;
    this.capacity[portion] = arena.capacity;
  }

  /** Adds a cell to a portion that waits: the first bytes of `qualifier` and `value`. @param timestamp milliseconds; -1: none */
  add(portion: number, qualifier: Uint8Array, qualifierLength: number, value: Uint8Array, valueLength: number, timestamp: number): void {
    let at = this.extend(portion, HEADER + qualifierLength + valueLength);
    const bytes = this.arena.bytes(this.page[portion]);
    at = writeHeader(bytes, at, qualifierLength, valueLength);
    at = copyTo(bytes, at, qualifier, 0, qualifierLength);
    copyTo(bytes, at, value, 0, valueLength);
    this.cells[portion]++;
    if (timestamp >= 0) this.addTimes(portion, [timestamp]);
  }

  /** Adds bytes to the value of the one cell that a portion has in append mode. @param qualifier of that cell, used for the first bytes */
  append(portion: number, qualifier: Uint8Array, added: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (this.cells[portion] === 0) {
      const at = this.extend(portion, HEADER + qualifier.length + length);
      const bytes = this.arena.bytes(this.page[portion]);
      copyTo(bytes, copyTo(bytes, writeHeader(bytes, at, qualifier.length, length), qualifier, 0, qualifier.length), added, from, length);
      this.cells[portion] = 1;
      return;
    }
    const at = this.extend(portion, length);
    const bytes = this.arena.bytes(this.page[portion]);
    copyTo(bytes, at, added, from, length);
    const lengthAt = this.at[portion] + this.keyLength[portion] + 2;
    bytes.writeUInt32BE(bytes.readUInt32BE(lengthAt) + length, lengthAt);
  }

  /** Puts a later portion of the same row behind this one, so that a failed write and what came after it go out in order. */
  join(portion: number, later: number, appended: boolean): void {
    const bytes = this.arena.bytes(this.page[later]);
    const from = this.at[later] + this.keyLength[later];
    const to = this.at[later] + this.end[later];
    if (appended) {
      const valueAt = from + HEADER + bytes.readUInt16BE(from);
      this.append(portion, bytes.subarray(from + HEADER, valueAt), bytes, valueAt, to);
    } else {
      const at = this.extend(portion, to - from);
      bytes.copy(this.arena.bytes(this.page[portion]), at, from, to);
      this.cells[portion] += this.cells[later];
      this.addTimes(portion, this.times.get(later) ?? []);
    }
    this.points[portion] += this.points[later];
    this.cost[portion] += this.cost[later];
    this.sinks.join(portion, later);
    this.release(later);
  }

  private addTimes(portion: number, times: readonly number[]): void {
    if (times.length === 0) return;
    const known = this.times.get(portion);
    if (known === undefined) this.times.set(portion, [...times]);
    else known.push(...times);
  }

  /** The key of a portion, in a buffer that is used again for the next one. */
  lendKey(portion: number): Buffer {
    const length = this.keyLength[portion];
    const key = length > LONGEST_LENT ? Buffer.alloc(length) : (this.lent[length] ??= Buffer.alloc(length));
    const bytes = this.arena.bytes(this.page[portion]);
    const at = this.at[portion];
    for (let i = 0; i < length; i++) key[i] = bytes[at + i];
    return key;
  }

  /** The cells, as a view. */
  packed(portion: number): PackedCells {
    const at = this.at[portion];
    const bytes = this.arena.bytes(this.page[portion]).subarray(at + this.keyLength[portion], at + this.end[portion]);
    return PackedCells.view(bytes, this.cells[portion]);
  }

  /** Portions as storage takes them. */
  rowsOf(portions: Int32Array): PackedRows {
    return {
      size: portions.length,
      bytes: (i) => this.arena.bytes(this.page[portions[i]]),
      keyAt: (i) => this.at[portions[i]],
      keyLength: (i) => this.keyLength[portions[i]],
      cellsLength: (i) => this.end[portions[i]] - this.keyLength[portions[i]],
      cellCount: (i) => this.cells[portions[i]],
      timestamps: (i) => (this.times.size === 0 ? undefined : this.times.get(portions[i])),
      part: (indices) => this.rowsOf(Int32Array.from(indices, (i) => portions[i])),
    };
  }

  /** Rows whose write has ended and has not been released, as those who want to know of them see them. */
  writtenRows(rows: readonly number[]): WrittenRows {
    const print = new RowFingerprint();
    return {
      size: rows.length,
      key: (i) => this.lendKey(this.flying[rows[i]]),
      fingerprint: (i) => {
        const row = rows[i];
        print.low = this.low[row];
        print.high = this.high[row];
        return print;
      },
      uint32: (i, at) => {
        const portion = this.flying[rows[i]];
        const bytes = this.arena.bytes(this.page[portion]);
        const from = this.at[portion] + at;
        return ((bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3]) >>> 0;
      },
      points: (i) => this.points[this.flying[rows[i]]],
    };
  }

  private growBuckets(): void {
    const old = this.buckets;
    this.buckets = new Int32Array(2 * old.length).fill(-1);
    const mask = this.buckets.length - 1;
    for (let row of old)
      while (row >= 0) {
        const next = this.next[row];
        const bucket = this.high[row] & mask;
        this.next[row] = this.buckets[bucket];
        this.buckets[bucket] = row;
        row = next;
      }
  }

  private growRows(): void {
    this.low = twice(this.low);
    this.high = twice(this.high);
    this.next = twice(this.next);
    this.waiting = twice(this.waiting);
    this.flying = twice(this.flying);
    this.queued = twice(this.queued);
    this.since = twice(this.since);
    this.attempts = twice(this.attempts);
  }

  private growPortions(): void {
    this.page = twice(this.page);
    this.at = twice(this.at);
    this.capacity = twice(this.capacity);
    this.keyLength = twice(this.keyLength);
    this.end = twice(this.end);
    this.cells = twice(this.cells);
    this.points = twice(this.points);
    this.cost = twice(this.cost);
    this.nextPortion = twice(this.nextPortion);
  }
}

function twice<A extends Int32Array | Float64Array | Uint8Array>(array: A): A {
  const grown = new (array.constructor as new (length: number) => A)(2 * array.length);
  grown.set(array);
  return grown;
}

function writeHeader(bytes: Buffer, at: number, qualifierLength: number, valueLength: number): number {
  bytes[at] = qualifierLength >>> 8;
  bytes[at + 1] = qualifierLength;
  bytes[at + 2] = valueLength >>> 24;
  bytes[at + 3] = valueLength >>> 16;
  bytes[at + 4] = valueLength >>> 8;
  bytes[at + 5] = valueLength;
  return at + HEADER;
}

/** Byte by byte when they are few: cheaper than a call. */
function copyTo(bytes: Buffer, at: number, source: Uint8Array, from: number, length: number): number {
  if (length > 64) bytes.set(source.subarray(from, from + length), at);
  else for (let i = 0; i < length; i++) bytes[at + i] = source[from + i];
  return at + length;
}
