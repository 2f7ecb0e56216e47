/**
 * What a segment has of one table, without an object a row or an entry:
 *
 *   rows, by number    where the key stands | its hash | its last entry | whether all its entries are puts | cells since it was condensed
 *   entries, by number where it stands | where its record stands | the row's entry before
 *   slots              hash table from keys to rows' numbers
 *
 * Everything else is read where it stands in the segment's bytes. Of rows to which the same columns are written over and over it is kept,
 * too, which cells count.
 */
import { compareBytes, hashOf } from '../bytes';
import { readRecordHead, ROW_HEADER, type RecordHead } from './layout';
import { RowOrder } from './row-order';

const FIRST_ROWS = 256;
const FIRST_ENTRIES = 1024;
const NONE = -1;

/** After so many cells it is looked at whether most of a row's cells were written over. */
const CONDENSE_AFTER = 16 << 10;

/**
 * The cells that count among entries of a row that only put, one behind the other: of each column one, in the order of columns. They are as
 * good as those entries.
 */
export interface CondensedPuts {
  /** The row's entry before those entries, negative: there is none; and the newest of them. */
  before: number;
  upTo: number;
  /** The entries that the cells are of, and where they stand in the segment. */
  entries: Int32Array;
  places: Uint32Array;
}

interface KnownHead {
  at: number;
  head: RecordHead;
}

/** A power of two. */
const KNOWN_HEADS = 1024;

export interface SegmentBytes {
  /** Replaced when the segment outgrows it. */
  bytes: Buffer;
}

export class RowIndex {
  rowCount = 0;
  entryCount = 0;
  readonly order = new RowOrder(this);
  private slots = new Int32Array(2 * FIRST_ROWS).fill(NONE);
  private places = new Uint32Array(FIRST_ROWS);
  private hashes = new Int32Array(FIRST_ROWS);
  private last = new Int32Array(FIRST_ROWS);
  private plain = new Uint8Array(FIRST_ROWS);
  private loose = new Uint32Array(FIRST_ROWS);
  /** By row, since the last entry that does not only put: after how many more cells to look again. And what was condensed, by the newest entry in each. */
  private readonly condensing = new Map<number, number>();
  private readonly condensed = new Map<number, CondensedPuts>();
  /** Rows that had many cells of which most count. */
  private readonly large = new Set<number>();
  private entries = new Uint32Array(FIRST_ENTRIES);
  private records = new Uint32Array(FIRST_ENTRIES);
  private previous = new Int32Array(FIRST_ENTRIES);
  /** Of the record that was last asked for: entries that are read together often come from one. */
  private lastHead: KnownHead | null = null;
  /** Of others that were: cells in the order of their columns come from any. */
  private heads: (KnownHead | null)[] = [];

  constructor(
    readonly segment: SegmentBytes,
    private readonly condenseAfter = CONDENSE_AFTER,
  ) {}

  /** Number of the row with this key; negative: there is none. */
  find(key: Uint8Array, at: number, length: number): number {
    return this.lookUp(key, at, length, hashOf(key, at, length));
  }

  /** Number of the row whose key stands at `place` (its header, then the key); it is noted when it is new. */
  rowAt(place: number): number {
    const { bytes } = this.segment;
    const at = place + ROW_HEADER;
    const length = (bytes[at - 2] << 8) | bytes[at - 1];
    const hash = hashOf(bytes, at, length);
    const known = this.lookUp(bytes, at, length, hash);
    if (known >= 0) return known;
    if (this.rowCount === this.places.length) this.growRows();
    const row = this.rowCount++;
    this.places[row] = place;
    this.hashes[row] = hash;
    this.last[row] = NONE;
    this.plain[row] = 1;
    this.loose[row] = 0;
    this.enter(row);
    this.order.added();
    return row;
  }

  /** Where the row's key stands, with its header. */
  placeOf(row: number): number {
    return this.places[row];
  }

  keyAt(row: number): number {
    return this.places[row] + ROW_HEADER;
  }

  keyLength(row: number): number {
    const at = this.places[row] + ROW_HEADER - 2;
    const { bytes } = this.segment;
    return (bytes[at] << 8) | bytes[at + 1];
  }

  /** A copy of the row's key. */
  key(row: number): Buffer {
    const at = this.keyAt(row);
    return Buffer.from(this.segment.bytes.subarray(at, at + this.keyLength(row)));
  }

  /** Orders two rows by their keys. */
  compare(a: number, b: number): number {
    const { bytes } = this.segment;
    return compareBytes(bytes, this.keyAt(a), this.keyLength(a), bytes, this.keyAt(b), this.keyLength(b));
  }

  compareTo(row: number, key: Uint8Array, at: number, length: number): number {
    return compareBytes(this.segment.bytes, this.keyAt(row), this.keyLength(row), key, at, length);
  }

  /** Adds an entry to a row. @param recordAt where its record's payload stands @param isPut it only puts cells @returns its number */
  addEntry(row: number, entryAt: number, recordAt: number, isPut: boolean, cells: number): number {
    if (this.entryCount === this.entries.length) this.growEntries();
    const entry = this.entryCount++;
    this.entries[entry] = entryAt;
    this.records[entry] = recordAt;
    this.previous[entry] = this.last[row];
    this.last[row] = entry;
    if (isPut) this.loose[row] += cells;
    else {
      this.plain[row] = 0;
      this.loose[row] = 0;
      this.condensing.delete(row);
    }
    return entry;
  }

  /** Whether so many cells were put to a row that it is to be looked at which of them count. */
  isToCondense(row: number): boolean {
    const cells = this.loose[row];
    return cells >= this.condenseAfter && cells >= (this.condensing.get(row) ?? 0);
  }

  /** Cells that came since the row was condensed, or something else than a put was done to it. */
  looseCells(row: number): number {
    return this.loose[row];
  }

  /** @param puts null: so many of the row's cells count that it stays as it is until there are twice as many */
  setCondensed(row: number, puts: CondensedPuts | null): void {
    if (puts === null) {
      this.large.add(row);
      this.condensing.set(row, 2 * this.loose[row]);
      return;
    }
    this.setPuts(puts);
    this.condensing.set(row, 2 * puts.places.length);
    this.loose[row] = 0;
  }

  /** Whether so many cells were put to the row, most of which count, that it should be sorted before it is read. */
  isLarge(row: number): boolean {
    return this.large.has(row);
  }

  get largeRows(): ReadonlySet<number> {
    return this.large;
  }

  /** Cells of the row were sorted. They are not noted where the row was condensed meanwhile. */
  noteSorted(row: number, puts: CondensedPuts): void {
    let entry = this.last[row];
    while (entry > puts.upTo) entry = this.entryBefore(entry);
    if (entry === puts.upTo) this.setPuts(puts);
  }

  /** In place of those that have to do with the same entries. */
  private setPuts(puts: CondensedPuts): void {
    for (let entry = puts.upTo; entry > puts.before;) {
      const before = this.entryBefore(entry);
      this.condensed.delete(entry);
      entry = before;
    }
    this.condensed.set(puts.upTo, puts);
  }

  /** What stands for this entry and some before it; null: it stands for itself. */
  condensedAt(entry: number): CondensedPuts | null {
    return this.condensed.size === 0 ? null : (this.condensed.get(entry) ?? null);
  }

  /** Whether all that was done to the row is puts. */
  hasOnlyPuts(row: number): boolean {
    return this.plain[row] === 1;
  }

  lastEntry(row: number): number {
    return this.last[row];
  }
  /** The entry before this one and what was condensed with it; negative: there is none. */
  entryBefore(entry: number): number {
    return this.condensedAt(entry)?.before ?? this.previous[entry];
  }
  entryAt(entry: number): number {
    return this.entries[entry];
  }

  /** What the entry's record says. */
  headOf(entry: number): RecordHead {
    const at = this.records[entry];
    return this.lastHead?.at === at ? this.lastHead.head : this.findHead(at);
  }

  private findHead(at: number): RecordHead {
    if (this.heads.length === 0) this.heads = new Array<KnownHead | null>(KNOWN_HEADS).fill(null);
    const slot = Math.imul(at, 0x9e3779b1) & (KNOWN_HEADS - 1);
    let known = this.heads[slot];
    if (known?.at !== at) this.heads[slot] = known = { at, head: readRecordHead(this.segment.bytes, at) };
    this.lastHead = known;
    return known.head;
  }

  private lookUp(key: Uint8Array, at: number, length: number, hash: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = this.slots[slot];
      if (row === NONE) return NONE;
      if (this.hashes[row] === hash && this.isKey(row, key, at, length)) return row;
    }
  }

  private isKey(row: number, key: Uint8Array, at: number, length: number): boolean {
    const { bytes } = this.segment;
    const own = this.keyAt(row);
    if (((bytes[own - 2] << 8) | bytes[own - 1]) !== length) return false;
    // From the end: neighbours differ there.
    for (let i = length - 1; i >= 0; i--) if (bytes[own + i] !== key[at + i]) return false;
    return true;
  }

  private enter(row: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashes[row] & mask;
    while (this.slots[slot] !== NONE) slot = (slot + 1) & mask;
    this.slots[slot] = row;
  }

  private growRows(): void {
    const size = this.places.length * 2;
    this.places = grown(this.places, new Uint32Array(size));
    this.hashes = grown(this.hashes, new Int32Array(size));
    this.last = grown(this.last, new Int32Array(size));
    this.plain = grown(this.plain, new Uint8Array(size));
    this.loose = grown(this.loose, new Uint32Array(size));
    this.slots = new Int32Array(2 * size).fill(NONE);
    for (let row = 0; row < this.rowCount; row++) this.enter(row);
  }

  private growEntries(): void {
    const size = Math.ceil(this.entries.length * 1.5);
    this.entries = grown(this.entries, new Uint32Array(size));
    this.records = grown(this.records, new Uint32Array(size));
    this.previous = grown(this.previous, new Int32Array(size));
  }
}

function grown<T extends Uint8Array | Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
