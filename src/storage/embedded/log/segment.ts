import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { DamagedStoreError } from '../../errors';
import {
  BY_REFERENCE,
  CHANGES,
  found,
  isTimed,
  Operation,
  OPERATION_MASK,
  readLogCell,
  readRecordHead,
  readSegmentHeader,
  readVarint,
  RECORD_HEADER,
  ROW_HEADER,
  SEAL,
  SEGMENT_HEADER,
  type RecordHead,
} from './layout';
import { findRecord } from './find-record';
import { condense } from './condense';
import { RowIndex } from './row-index';

const FIRST_BYTES = 256 << 10;
/** Most segments end before that. Memory that is not written to yet costs nothing. */
const USUAL_BYTES = 40 << 20;

/** Where an entry of this process went. */
export interface OwnEntry {
  index: RowIndex;
  row: number;
  entry: number;
}

/**
 * One file of the log as far as it has been read, and what it has of which rows. Its bytes are kept as they are in the file, but for one
 * thing: the zero in front of a row's key becomes the row's number, for those who name the row by where it stands.
 */
export class Segment {
  readonly tables = new Map<string, RowIndex>();
  bytes: Buffer;
  /** Nothing comes behind what was read. */
  sealed = false;
  /** Time of the first record; 0: there is none. */
  firstTime = 0;
  /** Newest time of a record. */
  lastTime = 0;
  /** Newest sequence number of this process that was read here. */
  ownSequence = -1;
  /** Entries of this process's compare-and-sets and increments, by sequence number, until somebody takes them out. */
  readonly ownEntries = new Map<number, OwnEntry>();
  entryCount = 0;
  cellCount = 0;
  /** What the disk never got: from where to where. */
  readonly gaps: [number, number][] = [];
  /** Everything in front was read. */
  private end = SEGMENT_HEADER;
  private looked = SEGMENT_HEADER;
  /** Who needs the file: who has opened it, and those who write to it. */
  private holders = 1;

  private constructor(
    readonly path: string,
    readonly number: number,
    readonly salt: number,
    readonly fd: number,
    private readonly writer: number,
    private readonly condenseAfter: number | undefined,
  ) {
    this.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  /**
   * @param writer number of this process among those that write
   * @param condenseAfter cells of a row after which it is looked at which of them count; absent: as many as is good
   * @throws the system's error when there is no such file; DamagedStoreError when it is not what it should be
   */
  static open(path: string, number: number, writer: number, condenseAfter?: number): Segment {
    const fd = openSync(path, constants.O_RDWR | constants.O_APPEND);
    try {
      const head = Buffer.alloc(SEGMENT_HEADER);
      const header = readSync(fd, head, 0, head.length, 0) === head.length ? readSegmentHeader(head) : null;
      if (header?.number !== number) throw new DamagedStoreError(`The header of ${path} is not that of segment ${number} of the log`);
      return new Segment(path, number, header.salt, fd, writer, condenseAfter);
    } catch (e) {
      closeSync(fd);
      throw e;
    }
  }

  /** Bytes that are read and whole. */
  get size(): number {
    return this.end;
  }

  /** Bytes of the file behind what is whole: a record that is being written, or was never finished. */
  get unfinished(): number {
    return this.looked - this.end;
  }

  /** Reads what was written since. @throws DamagedStoreError */
  read(): void {
    if (this.sealed) return;
    const { size } = fstatSync(this.fd);
    if (size === this.looked) return;
    if (size < this.looked) throw new DamagedStoreError(`${this.path} was cut from ${this.looked} to ${size} bytes`);
    this.room(size);
    for (let at = this.end; at < size;) {
      const got = readSync(this.fd, this.bytes, at, size - at, at);
      if (got === 0) throw new DamagedStoreError(`${this.path} was cut while it was read`);
      at += got;
    }
    this.looked = size;
    while (!this.sealed) {
      const record = findRecord(this.bytes, this.end, size, this.salt);
      if (record === null) return;
      if (record.gap === 'damage')
        throw new DamagedStoreError(
          `${this.path} is damaged between bytes ${this.end} and ${record.at}: no record of the log stands there`,
        );
      if (record.gap === 'lost') this.gaps.push([this.end, record.at]);
      this.apply(record.at, record.end);
      this.end = record.end;
    }
  }

  /** What was unfinished is cut off. */
  wasCut(): void {
    this.looked = this.end;
  }

  /** Rows of all tables. */
  get rowCount(): number {
    let rows = 0;
    for (const table of this.tables.values()) rows += table.rowCount;
    return rows;
  }

  /** Where this row stands, to name it by; 0: nowhere. */
  placeOf(table: RowIndex | undefined, rows: Buffer, at: number, length: number): number {
    if (table === undefined) return 0;
    const number = table.find(rows, at, length);
    return number < 0 ? 0 : table.placeOf(number);
  }

  /** Keeps the file open until `release`, though `close` be called meanwhile. */
  hold(): void {
    this.holders++;
  }

  release(): void {
    if (--this.holders === 0) closeSync(this.fd);
  }

  close(): void {
    this.release();
  }

  private apply(recordAt: number, end: number): void {
    const payloadAt = recordAt + RECORD_HEADER;
    const head = readRecordHead(this.bytes, payloadAt);
    if (this.firstTime === 0) this.firstTime = head.time;
    this.lastTime = Math.max(this.lastTime, head.time);
    if (head.writer === this.writer) this.ownSequence = head.sequence;
    if (head.kind === SEAL) {
      this.sealed = true;
      return;
    }
    if (head.kind !== CHANGES) throw this.impossible(recordAt, `is of the unknown kind ${head.kind}`);
    let table = this.tables.get(head.table);
    if (table === undefined) this.tables.set(head.table, (table = new RowIndex(this, this.condenseAfter)));
    const before = table.entryCount;
    this.applyEntries(table, head, payloadAt, recordAt, end);
    this.entryCount += table.entryCount - before;
  }

  private applyEntries(table: RowIndex, head: RecordHead, payloadAt: number, recordAt: number, end: number): void {
    const b = this.bytes;
    const own = head.writer === this.writer;
    let at = head.entriesAt;
    while (at < end) {
      const entryAt = at;
      const first = b[at++];
      const operation = first & OPERATION_MASK;
      const place = (first & BY_REFERENCE) === 0 ? at : b.readUInt32BE(at);
      let row: number;
      if (place === at) {
        row = table.rowAt(place);
        b.writeUInt32BE(row, place);
        at += ROW_HEADER + ((b[place + 4] << 8) | b[place + 5]);
      } else {
        row = place < entryAt ? b.readUInt32BE(place) : -1;
        if (row < 0 || row >= table.rowCount) throw this.impossible(recordAt, 'names a row that there is not');
        at += 4;
      }
      const cells = readVarint(b, at);
      this.cellCount += cells;
      at = skipCells(b, at, operation);
      const isPut = operation === Operation.put || operation === Operation.putAt;
      const entry = table.addEntry(row, entryAt, payloadAt, isPut, cells);
      if (table.isToCondense(row)) condense(table, row);
      if (own && (operation === Operation.increment || operation === Operation.compareAndSet || operation === Operation.putIfAbsent))
        this.ownEntries.set(head.sequence, { index: table, row, entry });
    }
    if (at !== end) throw this.impossible(recordAt, 'is longer than it says');
  }

  private impossible(recordAt: number, what: string): DamagedStoreError {
    return new DamagedStoreError(`The record at byte ${recordAt} of ${this.path} ${what}`);
  }

  private room(size: number): void {
    if (size <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(size, USUAL_BYTES, Math.ceil(this.bytes.length * 1.5)));
    this.bytes.copy(grown, 0, 0, this.end);
    this.bytes = grown;
  }
}

function skipCells(b: Buffer, at: number, operation: number): number {
  let count = b[at++];
  if (count >= 0x80) {
    count = readVarint(b, at - 1);
    at = found.at;
  }
  if (count === 1 && !isTimed(operation) && operation === Operation.put && b[at] < 0x80 && b[at + 1] < 0x80)
    return at + 2 + b[at] + b[at + 1];
  for (; count > 0; count--) {
    readLogCell(b, at, operation);
    at = found.at;
  }
  return at;
}
