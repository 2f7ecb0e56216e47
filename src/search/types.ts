import type { AnnotationId, KindedUid, TsMeta, UidMeta } from '../meta';
import type { Annotation } from '../schema';
import type { StatsSource } from '../util/stats';

/** What can be searched for. */
export const SEARCH_TYPES = ['TSMETA', 'TSMETA_SUMMARY', 'TSUIDS', 'UIDMETA', 'ANNOTATION'] as const;
export type SearchType = (typeof SEARCH_TYPES)[number];

/** A search as a client sends it. Mirrors SearchQuery. */
export interface SearchQuery {
  readonly type: SearchType;
  /** Null: a client left it out. */
  readonly query: string | null;
  readonly metric: string | null;
  readonly tags: readonly ({ readonly key: string | null; readonly value: string | null } | null)[] | null;
  readonly limit: number;
  readonly startIndex: number;
  readonly useMeta: boolean;
}

/** A series by its names. */
export interface SeriesSummary {
  readonly tsuid: string;
  readonly metric: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** What was found, as it is read from the tables. `PLUGIN`: as somebody else's index has it. */
export type SearchResults =
  | { readonly type: 'TSMETA'; readonly batches: AsyncIterable<readonly TsMeta[]> }
  | { readonly type: 'TSMETA_SUMMARY'; readonly batches: AsyncIterable<readonly SeriesSummary[]> }
  | { readonly type: 'TSUIDS'; readonly batches: AsyncIterable<readonly string[]> }
  | { readonly type: 'UIDMETA'; readonly batches: AsyncIterable<readonly UidMeta[]> }
  | { readonly type: 'ANNOTATION'; readonly batches: AsyncIterable<readonly Annotation[]> }
  | { readonly type: 'PLUGIN'; readonly results: readonly unknown[] };

/** The answer to a search: what the query says of it may have been changed. */
export interface SearchAnswer {
  readonly query: Pick<SearchQuery, 'query' | 'metric' | 'tags' | 'limit' | 'startIndex'>;
  readonly results: SearchResults;
  /** How many there are, wanted or not. */
  readonly totalResults: number;
  /** Milliseconds. */
  readonly time: number;
}

/** What of a request a search may use up. */
export interface SearchClient {
  readonly signal: AbortSignal;
  /** Told of bytes that the search takes. What it throws ends the search. */
  account(bytes: number): void;
}

/** Things beside the points that were stored, changed or removed: what they are now stands in the tables. */
export interface Changes {
  readonly series: readonly Buffer[];
  readonly uids: readonly KindedUid[];
  readonly notes: readonly AnnotationId[];
}

/** An index of what is kept beside the points. */
export interface Search extends StatsSource {
  /** @throws what keeps a daemon from starting */
  open(): Promise<void>;
  /** Takes in what has changed so far, and closes. */
  close(): Promise<void>;
  /** Nobody waits for it to be taken in. */
  changed(changes: Partial<Changes>): void;
  /** Resolves when what has changed so far is taken in, or can't be. */
  flush(): Promise<void>;
  /** @throws ClientError, SearchSyntaxError, StorageError, what a plugin throws */
  execute(query: SearchQuery, client: SearchClient): Promise<SearchAnswer>;
}
