/** Milliseconds between two beats: a worker whose event loop turns says so once in each. */
export const BEAT_MS = 1_000;
/** So many beats without a word: nobody should wait for it. */
export const SILENT_BEATS = 5;
/** So many: it will not come back by itself. */
export const LOST_BEATS = 60;

/** Told of a worker that is not what it was. */
export interface PulseListener<W> {
  silent(worker: W): void;
  /** It speaks again. */
  back(worker: W): void;
  lost(worker: W): void;
}

/**
 * Notices workers whose event loop stands still. Time is counted in beats of the primary's own timer: where the primary, or the whole machine, stood
 * still, too, nobody has missed any.
 */
export class Pulse<W> {
  private readonly missed = new Map<W, number>();

  constructor(private readonly listener: PulseListener<W>) {}

  watch(worker: W): void {
    this.missed.set(worker, 0);
  }

  /** It has ended. */
  forget(worker: W): void {
    this.missed.delete(worker);
  }

  /** The worker has said something, whatever it is. */
  heard(worker: W): void {
    const missed = this.missed.get(worker);
    if (missed === undefined) return;
    this.missed.set(worker, 0);
    if (missed >= SILENT_BEATS) this.listener.back(worker);
  }

  beat(): void {
    for (const [worker, before] of this.missed) {
      const missed = before + 1;
      this.missed.set(worker, missed);
      if (missed === SILENT_BEATS) this.listener.silent(worker);
      else if (missed === LOST_BEATS) this.listener.lost(worker);
    }
  }
}
