import { PackedCells, type StorageError } from '../storage';
import type { PointSink } from './types';

/** Cells of one row that wait for storage or are being written, with the sinks that are told the outcome. */
export class RowCells {
  readonly packed = new PackedCells(32);
  /** Milliseconds, one a cell, when cells carry the time of their point. */
  timestamps: number[] | null = null;
  /** Data points in it; fewer cells in append mode. */
  points = 0;
  /** Nearly always one connection writes a row; the others go into `otherSinks`. */
  sink: PointSink | null = null;
  sinkPoints = 0;
  otherSinks: Map<PointSink, number> | null = null;
  /** Bytes they take of the write budget. */
  cost = 0;
  /** Called once they are stored or have failed for good. */
  waiters: (() => void)[] | null = null;

  /** Somebody wants to know when they are stored. */
  get awaited(): boolean {
    if (this.sink?.stored !== undefined || this.waiters !== null) return true;
    return this.otherSinks !== null && [...this.otherSinks.keys()].some((sink) => sink.stored !== undefined);
  }

  /** One more point is in it. */
  account(sink: PointSink | null): void {
    this.points++;
    if (sink === null) return;
    if (this.sink === sink) this.sinkPoints++;
    else this.accountOther(sink, 1);
  }

  private accountOther(sink: PointSink, points: number): void {
    if (this.sink === null || this.sink === sink) {
      this.sink = sink;
      this.sinkPoints += points;
      return;
    }
    this.otherSinks ??= new Map();
    this.otherSinks.set(sink, (this.otherSinks.get(sink) ?? 0) + points);
  }

  /** Adds the bytes to the one cell that an append row has. @param qualifier of that cell, used for the first bytes */
  appendValue(qualifier: Uint8Array, bytes: Uint8Array, from: number, to: number): void {
    const size = to - from;
    const packed = this.packed;
    if (packed.count === 0) {
      const at = packed.reserve(qualifier.length, size);
      packed.bytes.set(qualifier, at);
      for (let i = 0; i < size; i++) packed.bytes[at + qualifier.length + i] = bytes[from + i];
      return;
    }
    const start = packed.length;
    if (start + size > packed.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(start + size, packed.bytes.length * 2));
      packed.bytes.copy(grown, 0, 0, start);
      packed.bytes = grown;
    }
    for (let i = 0; i < size; i++) packed.bytes[start + i] = bytes[from + i];
    packed.length += size;
    packed.bytes.writeUInt32BE(packed.bytes.readUInt32BE(2) + size, 2);
  }

  /** Puts later cells of the same row behind these, so that a failed write and what came after it go out in order. */
  addLater(later: RowCells, append: boolean): void {
    later.packed.forEach((qualifierAt, qualifierLength, valueAt, valueLength) => {
      const bytes = later.packed.bytes;
      const qualifier = bytes.subarray(qualifierAt, qualifierAt + qualifierLength);
      if (append) this.appendValue(qualifier, bytes, valueAt, valueAt + valueLength);
      else this.packed.add(qualifier, bytes.subarray(valueAt, valueAt + valueLength));
    });
    if (later.timestamps !== null) this.timestamps = [...(this.timestamps ?? []), ...later.timestamps];
    this.points += later.points;
    this.cost += later.cost;
    if (later.waiters !== null) this.waiters = [...(this.waiters ?? []), ...later.waiters];
    if (later.sink !== null) this.accountOther(later.sink, later.sinkPoints);
    if (later.otherSinks !== null) for (const [sink, points] of later.otherSinks) this.accountOther(sink, points);
  }

  /** Tells all sinks and waiters that the points are stored. */
  tellStored(): void {
    this.sink?.stored?.(this.sinkPoints);
    if (this.otherSinks !== null) for (const [sink, points] of this.otherSinks) sink.stored?.(points);
    this.waiters?.forEach((waiter) => waiter());
  }

  /** Tells all sinks and waiters that the points are lost. */
  tellFailed(error: StorageError): void {
    this.sink?.failed(error, this.sinkPoints);
    if (this.otherSinks !== null) for (const [sink, points] of this.otherSinks) sink.failed(error, points);
    this.waiters?.forEach((waiter) => waiter());
  }

  /**
   * Says to those who wait for their points to be stored that this has failed; from then on nobody waits. The points themselves stay,
   * and whoever only wants to hear of points that are lost hears nothing yet.
   */
  tellWaiting(error: StorageError): void {
    const others = this.otherSinks;
    if (this.sink?.stored !== undefined) {
      this.sink.failed(error, this.sinkPoints);
      this.sink = null;
      this.sinkPoints = 0;
    }
    if (others === null) return;
    this.otherSinks = null;
    for (const [sink, points] of others)
      if (sink.stored !== undefined) sink.failed(error, points);
      else this.accountOther(sink, points);
  }

  reset(): void {
    this.packed.length = 0;
    this.packed.count = 0;
    this.timestamps = null;
    this.points = 0;
    this.sink = null;
    this.sinkPoints = 0;
    this.otherSinks = null;
    this.cost = 0;
    this.waiters = null;
  }
}

/** A row of a table with something to write. At most one write of it is under way, so that its cells arrive in order. */
export class ActiveRow {
  next: ActiveRow | null = null;
  /** Cells of the next write; those that arrive during a write are added here. */
  waiting: RowCells | null = null;
  flying: RowCells | null = null;
  /** Empty, to be filled next. */
  spare: RowCells | null = null;
  /** In the lane's list of rows to write. */
  queued = false;
  /** When the oldest waiting point came, `performance.now()` scale. */
  since = 0;
  /** Failed attempts of the oldest cells, and when the first of them was, `performance.now()` scale. */
  attempts = 0;
  firstFailure = 0;

  constructor(
    public key: Buffer,
    public hash: number,
  ) {}
}
