import { timerMs } from '../../util/within-time';

/** Notices a client that takes nothing of its answer: what waits for it would be held for as long as the client likes. */
export class StallTimer {
  /**
   * @param ms how long it may take nothing
   * @param stalled called then
   */
  constructor(
    private readonly ms: number,
    private readonly stalled: () => void,
  ) {}

  /** The outcome of a promise that waits for the client. */
  async over<T>(waiting: Promise<T>): Promise<T> {
    const timer = setTimeout(this.stalled, timerMs(this.ms));
    timer.unref();
    try {
      return await waiting;
    } finally {
      clearTimeout(timer);
    }
  }
}
