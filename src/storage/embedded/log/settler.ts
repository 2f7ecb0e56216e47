import { collectSoon } from '../../../util/heap-growth';

/** What came so long ago is merged, though it is little. */
const SETTLE_AFTER_MS = 3_600_000;
/** When nothing more comes, so many bytes are merged: with what is known of their rows they take two to three times as much memory. */
const WORTH_MERGING = 8 << 20;

/** The log as far as it matters when it is merged. */
export interface SettledLog {
  /** Wall clock of the oldest change that is not sealed yet; 0: there is none. */
  readonly activeSince: number;
  /** Of all segments. */
  readonly size: { readonly bytes: number };
  /** There is something to merge. */
  readonly toMerge: object | null;
  refresh(): void;
}

/** Has that merged for which nobody would come with more: what is old, and what a burst has left. To be asked every few seconds. */
export class Settler {
  private bytes = -1;
  /** What was left of a burst is being merged. */
  private merging = false;

  /**
   * @param seal ends the active segment
   * @param merge starts merging what is sealed
   * @param clock wall clock, milliseconds
   */
  constructor(
    private readonly log: SettledLog,
    private readonly seal: () => Promise<void>,
    private readonly merge: () => void,
    private readonly clock: () => number = Date.now,
  ) {}

  async look(): Promise<void> {
    const { log } = this;
    try {
      if (this.isQuiet()) {
        this.merging = true;
      } else {
        if (this.merging && log.toMerge === null) {
          this.merging = false;
          collectSoon();
        }
        if (log.activeSince === 0 || this.clock() - log.activeSince < SETTLE_AFTER_MS) return;
      }
      await this.seal();
      this.merge();
    } catch {
      // What is wrong the next write is told.
    }
  }

  /** Much lies in the active segment, and nothing came to it since the last look, from no process. */
  private isQuiet(): boolean {
    const { log } = this;
    const before = this.bytes;
    if (log.activeSince > 0 && log.size.bytes === before) log.refresh();
    this.bytes = log.size.bytes;
    return log.activeSince > 0 && this.bytes === before && this.bytes >= WORTH_MERGING && log.toMerge === null;
  }
}
