import { APPEND_QUALIFIER, applySalt, baseTimeAt, MAX_TIMESTAMP_MS, tagsAt, type KeyLayout } from '../schema';
import { UID_KINDS, type Uids, type UidInvalidation, type UidKind } from '../uid/types';
import { TableNames } from './learnt-names';
import { HASH_PRIME, HASH_SEED, hashName, NamesTable } from './names-table';
import { NumberScanner } from './number-scanner';
import { RowFingerprint } from './row-fingerprint';
import { hashTag, type SeriesFence } from './series-fence';
import type { NamedSeries, SeriesIds } from './series-lookup';
import type { PointBuilder, PointSink, PointOrigin } from './types';
import type { WriteBudget } from './write-budget';
import type { WriteLane } from './write-lane';

/** Constants of other modules, held here: an import is looked up at every use. */
const LAST_MS = MAX_TIMESTAMP_MS;
const APPEND_COLUMN = APPEND_QUALIFIER;
const SEED = HASH_SEED;
const PRIME = HASH_PRIME;

export interface BuilderTarget {
  layout: KeyLayout;
  maxTags: number;
  lane: WriteLane;
  budget: WriteBudget;
  /** Cells carry the time of their point. Not in append mode. */
  explicitTimestamps: boolean;
  /** Series whose points must not take the fast path. */
  fence: SeriesFence;
  /** A point went into the buffer. */
  added(): void;
}

/**
 * From the bytes of a point to its cell without a string or an object: UIDs are looked up by the bytes of the names, written
 * straight into a row key, tags in their order, and the cell is handed to the write buffer.
 */
export class CellBuilder implements PointBuilder {
  readonly metrics: NamesTable;
  readonly tagks: NamesTable;
  readonly tagvs: NamesTable;
  private readonly key: Buffer;
  private keyLength = 0;
  private readonly metricAt: number;
  private readonly baseAt: number;
  private readonly tagsAt: number;
  private readonly tagkWidth: number;
  private readonly pairWidth: number;
  private readonly salted: boolean;
  private readonly encoding: BufferEncoding;
  private tags = 0;
  /** Where in the key the pair of each tag stands, in the order in which they came. */
  private readonly pairAt: Int32Array;
  serial = 0;
  /** See NamesTable.readAhead. */
  readAhead = 0;
  /** The hash of the series so far. */
  private series = 0;
  private readonly number = new NumberScanner();
  private readonly fingerprint = new RowFingerprint();
  /** False: every point has to take the slow path. */
  fastPathOpen = true;
  /** Grows with every mapping that stops being true: what was looked up before may not be learnt after. */
  generation = 0;
  /** Qualifier, and behind it the value, as an append column has them. */
  private readonly cell = Buffer.alloc(12);

  constructor(
    private readonly target: BuilderTarget,
    uids: Uids,
  ) {
    const { layout, maxTags } = target;
    this.metrics = new NamesTable(layout.metric);
    this.tagks = new NamesTable(layout.tagk);
    this.tagvs = new NamesTable(layout.tagv);
    this.metricAt = layout.salt;
    this.baseAt = baseTimeAt(layout);
    this.tagsAt = tagsAt(layout);
    this.tagkWidth = layout.tagk;
    this.pairWidth = layout.tagk + layout.tagv;
    this.salted = layout.salt > 0;
    this.encoding = uids.codec.encoding;
    this.key = Buffer.alloc(this.tagsAt + maxTags * this.pairWidth);
    this.pairAt = new Int32Array(maxTags);
    uids.onInvalidate((what) => this.forget(what));
    for (const kind of UID_KINDS) uids.lookAlsoIn(kind, new TableNames(this.table(kind)));
  }

  private table(kind: UidKind): NamesTable {
    return kind === 'metrics' ? this.metrics : kind === 'tagk' ? this.tagks : this.tagvs;
  }

  private forget(what: UidInvalidation): void {
    this.generation++;
    this.serial++;
    if (what === 'all') for (const table of [this.metrics, this.tagks, this.tagvs]) table.clear();
    else if (what.name === undefined || hasNonAscii(what.name)) this.table(what.kind).clear();
    else this.table(what.kind).remove(Buffer.from(what.name, 'latin1'));
  }

  /** Teaches the fast path a name. @param bytes as they stand on the wire, the first `length` of them */
  learn(kind: UidKind, bytes: Buffer, length: number, uid: Buffer): void {
    this.table(kind).add(bytes, 0, length, uid);
  }

  /** Teaches the fast path the names of a series. @param generation of the names when they were looked up; absent: they are known now */
  learnSeries({ metric, tags }: NamedSeries, ids: SeriesIds, generation = this.generation): void {
    if (generation !== this.generation) return;
    const { encoding, tagkWidth } = this;
    const learn = (kind: UidKind, name: string, uid: Buffer): void => {
      const bytes = Buffer.from(name, encoding);
      this.learn(kind, bytes, bytes.length, uid);
    };
    learn('metrics', metric, ids.metric);
    let i = 0;
    for (const [key, value] of tags) {
      const pair = ids.pairs[i++];
      learn('tagk', key, pair.subarray(0, tagkWidth));
      learn('tagv', value, pair.subarray(tagkWidth));
    }
  }

  /** Whether the fast path has a UID for a name. */
  knows(kind: UidKind, bytes: Buffer, from: number, to: number): boolean {
    return this.table(kind).find(bytes, from, to, hashName(bytes, from, to)) >= 0;
  }

  expectValues(hashes: Int32Array, from: number, to: number, step: number): void {
    this.readAhead = this.tagvs.readAhead(hashes, from, to, step);
  }

  begin(bytes: Buffer, from: number, to: number, hash: number): boolean {
    this.serial++;
    const uid = this.metrics.find(bytes, from, to, hash);
    if (uid < 0 || !this.fastPathOpen) return false;
    copy(this.metrics.arena, uid, this.key, this.metricAt, this.metrics.width);
    this.tags = 0;
    this.series = hash;
    return true;
  }

  tag(bytes: Buffer, keyFrom: number, keyTo: number, keyHash: number, from: number, to: number, hash: number): boolean {
    if (this.tags === this.target.maxTags) return false;
    const tagk = this.tagks.find(bytes, keyFrom, keyTo, keyHash);
    if (tagk < 0) return false;
    const tagv = this.tagvs.find(bytes, from, to, hash);
    if (tagv < 0) return false;
    // Pairs are kept sorted by their bytes; the same tagk twice is for the slow path to judge.
    const { key, pairAt, pairWidth, tagkWidth } = this;
    const arena = this.tagks.arena;
    const end = this.tagsAt + this.tags * pairWidth;
    let at = end;
    while (at > this.tagsAt) {
      const order = compare(key, at - pairWidth, arena, tagk, tagkWidth);
      if (order === 0) return false;
      if (order < 0) break;
      for (let i = 0; i < pairWidth; i++) key[at + i] = key[at - pairWidth + i];
      at -= pairWidth;
    }
    if (at < end) for (let i = 0; i < this.tags; i++) if (pairAt[i] >= at) pairAt[i] += pairWidth;
    pairAt[this.tags] = at;
    copy(arena, tagk, key, at, tagkWidth);
    copy(this.tagvs.arena, tagv, key, at + tagkWidth, pairWidth - tagkWidth);
    this.tags++;
    this.series = (this.series + hashTag(keyHash, hash)) | 0;
    return true;
  }

  tagAgain(i: number, keyHash: number, bytes: Buffer, from: number, to: number, hash: number): boolean {
    const tagv = this.tagvs.find(bytes, from, to, hash);
    if (tagv < 0) return false;
    // The key still has the tagk, from the point before.
    copy(this.tagvs.arena, tagv, this.key, this.pairAt[i] + this.tagkWidth, this.pairWidth - this.tagkWidth);
    this.tags++;
    this.series = (this.series + hashTag(keyHash, hash)) | 0;
    return true;
  }

  finish(bytes: Buffer, from: number, to: number, timestamp: number, source: PointOrigin, sink: PointSink | null): boolean {
    return this.number.scan(bytes, from, to) === to && this.commit(timestamp, source, sink);
  }

  /** The point whose value `number` holds. */
  private commit(timestamp: number, source: PointOrigin, sink: PointSink | null): boolean {
    const target = this.target;
    if (this.tags === 0 || !(timestamp > 0 && timestamp <= LAST_MS) || target.budget.all >= target.budget.hard) return false;
    if (source === 'import' && this.number.isHalfway()) return false;
    if (target.fence.size > 0 && target.fence.has(this.series)) return false;
    const ms = timestamp > 0xffffffff;
    const seconds = ms ? Math.floor(timestamp / 1000) : timestamp;
    const base = seconds - (seconds % 3600);
    const key = this.key;
    const baseAt = this.baseAt;
    key[baseAt] = base >>> 24;
    key[baseAt + 1] = base >>> 16;
    key[baseAt + 2] = base >>> 8;
    key[baseAt + 3] = base;
    this.keyLength = this.tagsAt + this.tags * this.pairWidth;
    if (this.salted) {
      key.fill(0, 0, this.metricAt);
      applySalt(target.layout, key.subarray(0, this.keyLength));
    }
    const flags = this.number.encode(source);
    const cell = this.cell;
    const qualifierLength = ms ? 4 : 2;
    if (ms) {
      const q = 0xf0000000 | ((timestamp - base * 1000) << 6) | flags;
      cell[0] = q >>> 24;
      cell[1] = q >>> 16;
      cell[2] = q >>> 8;
      cell[3] = q;
    } else {
      const q = ((timestamp - base) << 4) | flags;
      cell[0] = q >>> 8;
      cell[1] = q;
    }
    const lane = target.lane;
    const row = lane.row(key, this.keyLength, this.fingerprint.of(key, this.keyLength));
    const value = this.number.value;
    const valueLength = (flags & 7) + 1;
    if (lane.append) {
      copy(value, 0, cell, qualifierLength, valueLength);
      lane.addAppend(row, APPEND_COLUMN, cell, qualifierLength + valueLength, sink);
    } else {
      lane.add(row, cell, qualifierLength, value, valueLength, target.explicitTimestamps ? (ms ? timestamp : timestamp * 1000) : -1, sink);
    }
    target.added();
    return true;
  }

  /** Lines `metric timestamp value tagk=tagv ...`; see PointWriter.addLine. */
  line(b: Buffer, from: number, to: number, source: PointOrigin, sink: PointSink | null): boolean {
    let p = from;
    let hash = SEED;
    let c = 0;
    for (; p < to && (c = b[p]) !== 0x20; p++) hash = Math.imul(hash ^ c, PRIME);
    if (p === from || !this.begin(b, from, p, hash)) return false;
    p++;
    // Dots in a timestamp are dropped, not read.
    let timestamp = 0;
    const timestampFrom = p;
    for (; p < to && (c = b[p]) !== 0x20; p++) {
      if (c === 0x2e) continue;
      c -= 0x30;
      if (c < 0 || c > 9) return false;
      timestamp = timestamp * 10 + c;
    }
    if (p - timestampFrom > 17) return false;
    p = this.number.scan(b, p + 1, to);
    if (p < 0 || p >= to) return false;
    while (++p < to) {
      if (b[p] === 0x20) continue;
      const keyFrom = p;
      let keyHash = SEED;
      for (; p < to && (c = b[p]) !== 0x3d && c !== 0x20; p++) keyHash = Math.imul(keyHash ^ c, PRIME);
      if (p === keyFrom || p === to || c !== 0x3d) return false;
      const keyTo = p++;
      const valueFrom = p;
      hash = SEED;
      for (; p < to && (c = b[p]) !== 0x20; p++) {
        if (c === 0x3d) return false;
        hash = Math.imul(hash ^ c, PRIME);
      }
      if (p === valueFrom || !this.tag(b, keyFrom, keyTo, keyHash, valueFrom, p, hash)) return false;
    }
    return this.commit(timestamp, source, sink);
  }
}

function copy(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, length: number): void {
  for (let i = 0; i < length; i++) to[toAt + i] = from[fromAt + i];
}

function compare(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): number {
  for (let i = 0; i < length; i++) {
    const order = a[aAt + i] - b[bAt + i];
    if (order !== 0) return order;
  }
  return 0;
}

function hasNonAscii(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 0x7f) return true;
  return false;
}
