/** A tag that a series must have; null and `*` stand for any key or value. */
export interface LookupTag {
  readonly key: string | null;
  readonly value: string | null;
}

/** A question for the series that exist. Mirrors SearchQuery as TimeSeriesLookup reads it. */
export interface LookupQuery {
  readonly metric: string | null;
  readonly tags: readonly (LookupTag | null)[] | null;
  /** Read the meta table; otherwise the data table. */
  readonly useMeta: boolean;
  /** Most results; 0 or less: all. */
  readonly limit: number;
  /** Means nothing to a lookup, but is echoed. */
  readonly startIndex: number;
  /** Means nothing to a lookup, but is echoed. */
  readonly query: string | null;
}

/** A series that was found. */
export interface FoundSeries {
  readonly tsuid: Buffer;
  readonly metric: string;
  readonly tags: ReadonlyMap<string, string>;
}
