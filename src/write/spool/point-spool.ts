import type { Logger } from 'winston';
import { RetryableError, StorageError } from '../../storage';
import type { StatsSink } from '../../util/stats';
import { messageOf } from '../../util/message-of';
import { decodePoint, encodePoint, type Named } from './point-record';
import { reasonOf, recordBacklog } from './table-spool';
import type { Outlet, SpoolReason, SpoolPace, WaitingPoints } from './types';
import { seriesName } from './series-name';

/** The queue's name in statistics. */
const LABEL = 'names';
/** Points that are looked up at once. */
const BATCH_POINTS = 8192;

/** Writes points of one series, in their order, as if they were new. Rejects with a StorageError when that may work later. */
export type SeriesWriter = (points: readonly Named[]) => Promise<void>;

/** Points by name, whose UIDs storage did not say or assign: they wait until it does, and are then written as if they were new. */
export class PointSpool {
  private readonly points: Record<SpoolReason, number> = { throttle: 0, timeout: 0, unavailable: 0, refused: 0, behind: 0 };
  private dropped = 0;

  constructor(
    readonly backlog: WaitingPoints,
    readonly settings: SpoolPace,
    private readonly logger: Logger,
  ) {}

  /** Takes points out of the spool. */
  outlet(write: SeriesWriter): Outlet {
    const dropped = (error: unknown, points: number): void => {
      this.dropped += points;
      this.logger.error(`${points} spooled points are refused: ${messageOf(error)}`);
    };
    return new PointOutlet(this.backlog, write, dropped);
  }

  /** Whether points of the series are in the spool: what comes has to go behind them. */
  follows(series: string): boolean {
    return !this.backlog.fence.open && this.backlog.fence.has(Buffer.from(series));
  }

  /** Whether to ask storage for UIDs. While it is away, one call now and then is told to: that is how its return is noticed. */
  takeTrial(): boolean {
    return !this.backlog.away || this.backlog.takeTrial();
  }

  /** @returns resolves when the points are on the disk; rejects with why the spool does not take them */
  async add(series: string, points: readonly Named[], cause: unknown): Promise<void> {
    await this.backlog.add([Buffer.from(series)], points.map(encodePoint));
    this.points[cause === null ? 'behind' : reasonOf(cause)] += points.length;
    if (cause instanceof RetryableError) this.backlog.lost(cause);
  }

  collectStats(sink: StatsSink): void {
    recordBacklog(sink, LABEL, this.backlog, this.points);
    sink.record('spool.dropped', this.dropped, { table: LABEL });
  }
}

/** The series of a record. */
export const seriesOfRecord = (payload: Buffer): Uint8Array => Buffer.from(seriesName(decodePoint(payload).point));

class PointOutlet implements Outlet {
  readonly leastPauseMs = 0;
  private readonly series = new Map<string, Named[]>();
  private size = 0;

  constructor(
    private readonly backlog: WaitingPoints,
    private readonly write: SeriesWriter,
    private readonly dropped: (error: unknown, points: number) => void,
  ) {}

  take(payload: Buffer): boolean {
    if (this.size >= BATCH_POINTS) return false;
    const named = decodePoint(payload);
    const name = seriesName(named.point);
    const points = this.series.get(name);
    if (points === undefined) this.series.set(name, [named]);
    else points.push(named);
    this.size++;
    return true;
  }

  async send(): Promise<boolean> {
    await Promise.all(
      [...this.series].map(async ([name, points]) => {
        try {
          await this.write(points);
          this.backlog.replayed += points.length;
        } catch (error) {
          if (error instanceof StorageError) return;
          this.dropped(error, points.length);
        }
        this.series.delete(name);
        this.backlog.found();
      }),
    );
    if (this.series.size > 0) return false;
    this.size = 0;
    return true;
  }
}
