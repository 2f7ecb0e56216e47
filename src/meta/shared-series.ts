import type { StatsSink, StatsSource } from '../util/stats';

/** Which series the meta table has already, as daemons tell each other: one that starts, or takes over from another, need not look into the table. */
export interface SharedSeries extends StatsSource {
  /** Resolves when it can be asked, or can't for now; doesn't reject. */
  open(): Promise<void>;
  close(): void;
  /** By series: the hour (since 1970) in which its counter last moved; null: nobody has told of it. Doesn't reject. */
  countedIn(tsuids: readonly Buffer[]): Promise<(number | null)[]>;
  /** The meta table has these series, and their counters were written in this hour. Nobody waits for it. */
  tell(tsuids: readonly Buffer[], hour: number): void;
  /** Its figures are at hand. */
  collectStats(sink: StatsSink): void;
}
