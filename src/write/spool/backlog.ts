import type { Logger } from 'winston';
import { messageOf } from '../../util/message-of';
import { FrameReader } from './frame';
import { BacklogGate } from './backlog-gate';
import { SEGMENT_HEADER, type SegmentQueue } from './segment-queue';
import { surveyOf, type Survey } from './survey';
import type { BacklogState } from './keeper-topics';
import type { Outlet, SpoolPace, WaitingPoints } from './types';

/** With less than this left, what is new waits for the rest, so that a backlog comes to its end under load. */
const LAST_BYTES = 1 << 20;

/**
 * Points that wait in files for storage, with what must go behind them: state, order and replay, one batch after the other. A segment is
 * removed when all of it is out; a process that dies before repeats it, which writes the same cells again.
 */
export class Backlog extends BacklogGate implements WaitingPoints {
  replayed = 0;
  damaged = 0;
  since = 0;
  /** Tells other workers what has changed; null: there are none. Resolves when they know. */
  tell: ((state: BacklogState) => Promise<void>) | null = null;
  private running: Promise<void> | null = null;
  private started = false;
  private stopped = false;
  private wake: () => void = () => {};
  private fullLogged = false;
  private outlet: Outlet | null = null;
  private survey: Survey | null = null;

  constructor(
    /** For the log: `table "tsdb"`. */
    private readonly what: string,
    readonly queue: SegmentQueue,
    settings: SpoolPace,
    private readonly logger: Logger,
    /** The row (or series) of a record. */
    nameOf: (payload: Buffer) => Uint8Array,
  ) {
    super(settings);
    if (queue.empty) return;
    // Whose rows these are is not known before they are read.
    this.fence.addAll();
    this.since = performance.now();
    this.survey = surveyOf(queue, this.fence, nameOf);
    void this.survey.ended
      .then(() => void this.tell?.(this.state))
      .catch((error: unknown) => logger.warn(`The spool of ${what} can't be looked through: ${messageOf(error)}`));
  }

  get bytes(): number {
    return this.queue.bytes;
  }

  /** All that another worker has to know of it. */
  get state(): BacklogState {
    return { away: this.away, shut: this.isShut, everything: this.fence.isAll, all: this.fence.save() };
  }

  async add(names: readonly Uint8Array[], payloads: readonly Buffer[]): Promise<void> {
    const bits: number[] = [];
    for (const name of names) {
      const bit = this.fence.add(name);
      if (bit >= 0) bits.push(bit);
    }
    // Before anybody hears that they were taken: what comes for their rows after that goes behind them, wherever it comes in.
    const known = bits.length > 0 ? this.tell?.({ bits }) : undefined;
    if (this.since === 0) {
      this.since = performance.now();
      this.logger.warn(`Points for ${this.what} go into the spool`);
      this.onChange();
    }
    try {
      await Promise.all([this.queue.append(payloads), known]);
      this.fullLogged = false;
    } catch (error) {
      if (!this.fullLogged) this.logger.error(`The spool takes no points for ${this.what}: ${messageOf(error)}`);
      this.fullLogged = true;
      throw error;
    } finally {
      this.wake();
      this.run();
    }
  }

  lost(error: Error): void {
    if (!this.setAway(true)) return;
    this.onChange();
    void this.tell?.({ away: true });
    this.logger.error(`Storage does not take points for ${this.what}; all go into the spool until it does: ${error.message}`);
  }

  found(): void {
    if (!this.setAway(false)) return;
    this.onChange();
    void this.tell?.({ away: false });
    this.logger.info(`Storage takes points for ${this.what} again; ${this.queue.bytes} bytes in the spool are replayed`);
    this.wake();
  }

  start(outlet: Outlet): void {
    this.outlet = outlet;
    this.started = true;
    this.run();
  }

  private run(): void {
    if (!this.started || this.stopped || this.running !== null || this.idle) return;
    this.running = this.replay().finally(() => {
      this.running = null;
      // A record may have come between the last look and here.
      this.run();
    });
  }

  private async replay(): Promise<void> {
    const outlet = this.outlet as Outlet;
    let pause = this.settings.firstPauseMs;
    let reader: FrameReader | null = null;
    let payload: Buffer | null = null;
    while (!this.stopped) {
      if (!this.away && this.queue.bytes <= LAST_BYTES) this.shut();
      try {
        const segment = await this.queue.oldest();
        if (segment === null) {
          if (this.drained()) break;
          continue;
        }
        reader ??= new FrameReader(await this.queue.read(segment), SEGMENT_HEADER);
        for (;;) {
          while ((payload ??= reader.next()) !== null && this.taken(outlet, payload)) payload = null;
          if (this.stopped) break;
          if (!(await outlet.send())) break;
          pause = this.settings.firstPauseMs;
          if (payload !== null) continue;
          this.ended(segment.name, reader);
          reader = null;
          await this.queue.remove(segment);
          break;
        }
        if (reader === null || this.stopped) continue;
      } catch (error) {
        this.logger.error(`The spool of ${this.what} can't be read: ${messageOf(error)}`);
      }
      this.unshut();
      await this.sleep(Math.max(pause, outlet.leastPauseMs));
      pause = Math.min(pause * 2, this.settings.longestPauseMs);
    }
    this.unshut();
  }

  /** A record that can't be read is passed over. */
  private taken(outlet: Outlet, payload: Buffer): boolean {
    try {
      return outlet.take(payload);
    } catch {
      this.damaged++;
      return true;
    }
  }

  private ended(name: string, reader: FrameReader): void {
    if (reader.damaged === 0 && reader.unread === 0) return;
    this.damaged += reader.damaged;
    this.logger.warn(`Spool file ${name} of ${this.what}: ${reader.damaged} damaged records, ${reader.unread} bytes of a torn one`);
  }

  /** @returns false: something has come meanwhile */
  private drained(): boolean {
    if (!this.queue.empty) return false;
    if (this.since > 0) this.logger.info(`All spooled points for ${this.what} are in storage`);
    this.survey?.stop();
    this.fence.clear();
    this.setAway(false);
    this.since = 0;
    this.onChange();
    void this.tell?.({ cleared: true, away: false, everything: false });
    return true;
  }

  private shut(): void {
    if (this.setShut(true)) void this.tell?.({ shut: true });
  }

  private unshut(): void {
    if (this.setShut(false)) void this.tell?.({ shut: false });
  }

  private async sleep(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const { away } = this;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
      // Only the end, or storage that is back, is worth waking up for.
      this.wake = () => {
        if (this.stopped || (away && !this.away)) resolve();
      };
    });
    clearTimeout(timer);
    this.wake = () => {};
  }

  /** Ends the replay; what is left stays for the next process. New points still go into the spool. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.survey?.stop();
    this.wake();
    this.unshut();
    await this.running;
    await this.survey?.ended.catch(() => undefined);
  }
}
