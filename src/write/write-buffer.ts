import { ThrottleError, TimeoutError, type PackedCells, type StorageError } from '../storage';
import type { CountShared } from '../util/shared-count';
import type { StatsSink } from '../util/stats';
import type { Writes } from './spool';
import { WriteBudget } from './write-budget';
import type { LanePace } from './pace';
import { WriteLane, type LaneEvents, type LaneTarget } from './write-lane';
import type { WrittenRows } from './written-rows';

/** Points that were accepted and then lost, of one row. The key and the cells are only lent. */
export interface FailedRow {
  target: LaneTarget;
  key: Buffer;
  cells: PackedCells;
  /** Data points; more than cells in append mode. */
  points: number;
  error: StorageError;
}

/** What the buffer's owner hears. */
export interface BufferEvents {
  /** Points of rows are durable. */
  rowsStored(target: LaneTarget, rows: WrittenRows): void;
  /** Rows that got cells have none in the buffer any more. */
  rowsClosed(target: LaneTarget, rows: WrittenRows): void;
  rowFailed(failed: FailedRow): void;
  /** A request to storage ended. */
  flushed(milliseconds: number, cells: number): void;
}

/** Everything that waits for storage: a lane for each family and way of writing, under one budget of bytes. */
export class WriteBuffer {
  readonly budget: WriteBudget;
  private readonly lanes = new Map<string, WriteLane>();
  private flushes = 0;
  private retriedRows = 0;
  private readonly failedPoints = { throttle: 0, timeout: 0, refused: 0 };

  constructor(
    private readonly storage: Writes,
    bytes: number,
    private readonly pace: LanePace,
    private readonly events: BufferEvents,
    shared?: CountShared,
  ) {
    this.budget = new WriteBudget(bytes, shared);
  }

  /** The lane of a target; all that go to the same place in the same way share one. */
  lane(target: LaneTarget): WriteLane {
    const { table, family, append, timed, durability } = target;
    const name = `${table} ${family.toString('latin1')} ${append} ${timed} ${durability}`;
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = new WriteLane(this.storage, target, this.pace, this.budget, this.laneEvents(target));
      this.lanes.set(name, lane);
    }
    return lane;
  }

  /** The lanes of a table. */
  lanesOf(table: string): WriteLane[] {
    return [...this.lanes.values()].filter((lane) => lane.target.table === table);
  }

  private laneEvents(target: LaneTarget): LaneEvents {
    return {
      rowsStored: (rows) => this.events.rowsStored(target, rows),
      rowsClosed: (rows) => this.events.rowsClosed(target, rows),
      rowFailed: (key, cells, points, error) => {
        if (error instanceof ThrottleError) this.failedPoints.throttle += points;
        else if (error instanceof TimeoutError) this.failedPoints.timeout += points;
        else this.failedPoints.refused += points;
        this.events.rowFailed({ target, key, cells, points, error });
      },
      flushed: (milliseconds, cells) => {
        this.flushes++;
        this.events.flushed(milliseconds, cells);
      },
      retried: (rows) => {
        this.retriedRows += rows;
      },
    };
  }

  /** Points that are not durable yet. */
  get points(): number {
    let points = 0;
    for (const lane of this.lanes.values()) points += lane.cells;
    return points;
  }

  /** Resolves when everything that is here now is stored or has failed. */
  async drain(): Promise<void> {
    await Promise.all([...this.lanes.values()].map((lane) => lane.drain()));
  }

  /** From now on a failing row is given up this many milliseconds after its first failure. */
  limitRetries(milliseconds: number): void {
    this.pace.retryMs = milliseconds;
    this.pace.ending = true;
  }

  collectStats(sink: StatsSink): void {
    let age = 0;
    let rows = 0;
    const now = performance.now();
    for (const lane of this.lanes.values()) {
      age = Math.max(age, lane.age(now));
      rows += lane.rows;
    }
    sink.record('write.buffer.bytes', this.budget.used);
    sink.record('write.buffer.limit_bytes', this.budget.hard);
    sink.record('write.buffer.points', this.points);
    sink.record('write.buffer.rows', rows);
    sink.record('write.buffer.age_ms', Math.round(age));
    sink.record('write.buffer.waiting_clients', this.budget.waiters);
    sink.record('write.buffer.flushes', this.flushes);
    sink.record('write.buffer.retried_rows', this.retriedRows);
    sink.record('write.failed', this.budget.refused, { type: 'buffer_full' });
    for (const [type, points] of Object.entries(this.failedPoints)) sink.record('write.failed', points, { type });
  }
}
