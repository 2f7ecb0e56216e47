import type { SeriesNames } from '../../uid';

/** One part of a question for last points: certain series, or all of a metric that have certain tags. */
export interface LastSubQuery {
  readonly metric: string | null;
  /** Names; null or empty: any. */
  readonly tags: ReadonlyMap<string, string | null> | null;
  /** Hexadecimal. When there are any, metric and tags are not looked at. */
  readonly tsuids: readonly (string | null)[] | null;
}

/** A question for the last points of series. Mirrors QueryRpc.LastPointQuery. */
export interface LastQuery {
  readonly queries: readonly (LastSubQuery | null)[];
  /** Tell metric and tags of what is found. */
  readonly resolveNames: boolean;
  /** Hours to look back from the one under way; 0: go by the counters of the meta table. */
  readonly backScan: number;
}

/** The last point of a series. */
export interface LastPoint {
  readonly tsuid: Buffer;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** As the original writes it. */
  readonly value: string;
  /** With `resolveNames`. */
  readonly names: SeriesNames | null;
}
