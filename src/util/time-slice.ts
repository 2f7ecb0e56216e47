import { setImmediate as nextTurn } from 'node:timers/promises';
import { shortWaits, type ShortWaits } from './short-waits';
import type { StopSignal } from './stop-signal';

/** How long all pieces of long work together may hold the event loop between two looks at what else there is, in milliseconds. */
const SLICE_MS = 10;
/** How long, at most, what is done in a moment is waited for between two slices. */
const PAUSE_MS = 2;

/**
 * What slices share: when the first of this turn of the event loop began, and who waits to go on. One goes on a turn: with many of them
 * everybody else would wait for all of their slices. Work that has just come goes before work that has had a slice: most of it is over in
 * a moment.
 */
export class Turns {
  private startedAt = -1;
  private readonly arrivals: (() => void)[] = [];
  private readonly waiting: (() => void)[] = [];
  private scheduled = false;

  /**
   * @param short what is done in a moment, and gets that moment between two slices; absent: nothing
   * @param clock milliseconds on a clock that never goes back
   */
  constructor(
    private readonly short: ShortWaits | null = null,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** When this turn's first slice began; that is now if there was none. */
  begin(now: number): number {
    if (this.startedAt < 0) {
      this.startedAt = now;
      this.schedule();
    }
    return this.startedAt;
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.schedule();
    });
  }

  /** As `next`, for work that has not had a slice yet. */
  enter(): Promise<void> {
    const { short, arrivals } = this;
    if (short === null) return this.next();
    short.begin();
    return new Promise((resolve) => {
      arrivals.push(() => {
        short.end();
        resolve();
      });
      if (arrivals.length === 1) this.letIn();
    });
  }

  private letIn(): void {
    setImmediate(() => {
      this.startedAt = -1;
      this.arrivals.shift()?.();
      if (this.arrivals.length > 0) this.letIn();
    });
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.turnUnless(this.clock() + PAUSE_MS));
  }

  /** Begins the next turn, unless something is done in a moment: then when it is, and whoever waits for it was told. @param latest the time to begin in any case */
  private turnUnless(latest: number): void {
    const { short } = this;
    const left = latest - this.clock();
    if (this.waiting.length === 0 || short === null || !short.any || left <= 0) return this.turn();
    const timer = setTimeout(() => {
      takeBack();
      this.turn();
    }, Math.ceil(left));
    const takeBack = short.onNone(() => {
      clearTimeout(timer);
      // One thing often leads to another: what was gathered is written.
      setImmediate(() => this.turnUnless(latest));
    });
  }

  private turn(): void {
    this.scheduled = false;
    this.startedAt = -1;
    this.waiting.shift()?.();
    if (this.waiting.length > 0) this.schedule();
  }
}

/** Of all slices that have no others. */
const common = new Turns(shortWaits);

/**
 * Cuts long work into slices, so that other work gets its turn between them:
 *
 *     const slice = new TimeSlice();
 *     for (const step of steps) { work(step); if (slice.isOver()) await slice.next(); }
 */
export class TimeSlice {
  private startedAt: number;
  /** It has not had a turn yet. */
  private arrives = true;

  /**
   * @param signal ends the work: `isOver` and `next` throw its reason once it is aborted
   * @param clock milliseconds on a clock that never goes back; null: the system's, and the slice is one with all others of this turn
   * @param turns with which others; absent: most of the process
   */
  constructor(
    private readonly signal: StopSignal | null = null,
    private readonly clock: (() => number) | null = null,
    private readonly turns: Turns = common,
  ) {
    this.startedAt = this.begin();
  }

  /** Starts the slice anew, after a time in which the work waited for something else. */
  restart(): void {
    this.startedAt = this.begin();
  }

  /** Whether it is time for `next`; cheap, to be asked often. */
  isOver(): boolean {
    this.signal?.throwIfAborted();
    return (this.clock === null ? performance.now() : this.clock()) - this.startedAt >= SLICE_MS;
  }

  /** Resolves when other work had its turn; the next slice has begun. */
  async next(): Promise<void> {
    if (this.clock !== null) await nextTurn();
    else if (this.arrives) await this.turns.enter();
    else await this.turns.next();
    this.arrives = false;
    this.restart();
    this.signal?.throwIfAborted();
  }

  private begin(): number {
    return this.clock === null ? this.turns.begin(performance.now()) : this.clock();
  }
}
