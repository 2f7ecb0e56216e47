import { DamagedStoreError, type StorageError } from '../storage';
import { TimeSlice } from '../util/time-slice';
import { withinTime } from '../util/within-time';
import type { PointSink } from '../write';
import type { Ingest } from './ingest';
import { refusalDetail } from './refusals';
import type { PointBatch } from './types';

/** Points between two looks at the clock and at the write buffer. */
const STEP = 512;
/** Points whose names are asked for together. */
const AHEAD = 1024;
/** Points of one request that may wait for UIDs at once. */
const MAX_WAITING = 2048;

/** What a request wants. */
export interface RequestOptions {
  /** It is answered when storage has answered for every point. */
  sync: boolean;
  /** The answer says which points failed. */
  details: boolean;
  /** With `sync`: milliseconds until the answer comes without them; 0: it does not. */
  timeoutMs: number;
}

/** What became of the points of a request. */
export interface RequestResult {
  success: number;
  /** Refused before they went to storage. */
  invalid: number;
  /** Refused by storage. */
  failed: number;
  /** Points that storage had not answered for in time; null: there was no time limit. */
  timeouts: number | null;
  /** The store is damaged and takes nothing: why the points failed, of which there may be others. */
  damage: DamagedStoreError | null;
  /** In the order of the points; empty unless `details` are wanted. */
  errors: readonly PointError[];
}

export interface PointError {
  /** Position in the request. */
  index: number;
  error: string;
}

/** The points of one HTTP request on their way into storage. */
export class IngestRequest {
  private readonly errors: PointError[] = [];
  private invalid = 0;
  private accepted = 0;
  private durable = 0;
  private failed = 0;
  private damage: DamagedStoreError | null = null;
  /** With `sync`: points that storage has not answered for. */
  private open = 0;
  /** Their positions; null: nobody asks which they are. */
  private readonly openPoints: Set<number> | null;
  /** Of all points, when nobody asks which of them fail. */
  private readonly sink: PointSink;
  private settled: (() => void) | null = null;

  constructor(
    private readonly ingest: Ingest,
    private readonly batch: PointBatch,
    private readonly options: RequestOptions,
  ) {
    this.openPoints = options.sync && options.details ? new Set() : null;
    this.sink = options.sync ? new SyncedPoints(this, null) : ingest.counting;
  }

  /** Hands over every point, in the order of the list, and waits as long as the request wants to. Never rejects. */
  async run(): Promise<RequestResult> {
    await this.submit();
    const result = await this.stored();
    return { ...result, damage: this.damage, errors: this.errors.sort((a, b) => a.index - b.index) };
  }

  /** To be called when nobody looks at the points any more. */
  end(): void {
    this.batch.release();
  }

  private async submit(): Promise<void> {
    const { batch, ingest, options } = this;
    const slice = new TimeSlice();
    const waiting: Promise<void>[] = [];
    /** Names of the points up to here were asked for. */
    let asked = 0;
    for (let i = 0; i < batch.size; i++) {
      if (i % STEP === 0) {
        if (!ingest.writer.accepting) await ingest.writer.mayWrite();
        if (slice.isOver()) await slice.next();
      }
      const sink = options.sync ? this.sinkOf(i) : this.sink;
      let taken = batch.addBytes(i, sink);
      if (!taken && i >= asked) {
        asked = Math.min(i + AHEAD, batch.size);
        const answer = batch.lookAhead(i, asked);
        if (answer !== null) {
          await answer;
          taken = batch.addBytes(i, sink);
        }
      }
      if (taken) {
        this.accepted++;
        continue;
      }
      waiting.push(this.add(i, sink));
      if (waiting.length >= MAX_WAITING) await Promise.all(waiting.splice(0));
    }
    await Promise.all(waiting);
  }

  private async add(i: number, sink: PointSink): Promise<void> {
    try {
      await this.batch.add(i, sink);
      this.accepted++;
    } catch (error) {
      if (this.options.sync) this.close(i, 1);
      this.invalid++;
      if (error instanceof DamagedStoreError) this.damage = error;
      this.note(i, refusalDetail(error, this.ingest.counters, this.ingest.logger));
    }
  }

  private note(index: number, error: string): void {
    if (this.options.details) this.errors.push({ index, error });
  }

  private sinkOf(i: number): PointSink {
    this.open++;
    if (this.openPoints === null) return this.sink;
    this.openPoints.add(i);
    return new SyncedPoints(this, i);
  }

  /** For SyncedPoints. @param i null: nobody asks which points they are. @param error null: they are stored */
  answered(i: number | null, error: StorageError | null, points: number): void {
    if (error === null) this.durable += points;
    else {
      this.ingest.counting.failed(error, points);
      this.failed += points;
      if (error instanceof DamagedStoreError) this.damage = error;
      if (i !== null) this.note(i, `Storage exception: ${error.message}`);
    }
    this.close(i, points);
    if (this.open === 0) this.settled?.();
  }

  private close(i: number | null, points: number): void {
    this.open -= points;
    if (i !== null) this.openPoints?.delete(i);
  }

  private async stored(): Promise<Omit<RequestResult, 'errors' | 'damage'>> {
    const { invalid } = this;
    const { sync, timeoutMs } = this.options;
    if (!sync) return { success: this.accepted, invalid, failed: 0, timeouts: timeoutMs > 0 ? 0 : null };
    if (this.open > 0) {
      const settled = new Promise<void>((resolve) => (this.settled = resolve));
      await withinTime(settled, timeoutMs > 0 ? timeoutMs : Infinity, () => undefined);
    }
    this.settled = null;
    for (const i of this.openPoints ?? []) this.note(i, 'Write timedout');
    return { success: this.durable, invalid, failed: this.failed, timeouts: timeoutMs > 0 ? this.open : null };
  }
}

/** Points of a request that waits for storage: all of them, or one of which it is asked what became of it. */
class SyncedPoints implements PointSink {
  constructor(
    private readonly request: IngestRequest,
    private readonly index: number | null,
  ) {}

  stored(points: number): void {
    this.request.answered(this.index, null, points);
  }

  failed(error: StorageError, points: number): void {
    this.request.answered(this.index, error, points);
  }
}
