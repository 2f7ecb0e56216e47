import type { Plugin, PluginKind } from '../plugins';
import type { SearchQuery } from './types';

/** What a search plugin answers; what it leaves out is as in the query. */
export interface PluginAnswer {
  readonly results?: readonly unknown[];
  readonly totalResults?: number;
  /** Milliseconds; absent: as the daemon measures. */
  readonly time?: number;
  readonly query?: string | null;
  readonly limit?: number;
  readonly startIndex?: number;
}

/** Something as the API shows it: metadata of a series or of a UID, an annotation. */
export type SearchDocument = Readonly<Record<string, unknown>>;

/** Somebody else's index; see docs/plugins.md. Mirrors SearchPlugin. */
export interface SearchPlugin extends Plugin {
  indexTSMeta(meta: SearchDocument): Promise<void> | void;
  /** @param tsuid upper-case hexadecimal */
  deleteTSMeta(tsuid: string): Promise<void> | void;
  indexUIDMeta(meta: SearchDocument): Promise<void> | void;
  /** @param meta its `type` is METRIC, TAGK or TAGV */
  deleteUIDMeta(meta: { readonly type: string; readonly uid: string }): Promise<void> | void;
  indexAnnotation(note: SearchDocument): Promise<void> | void;
  deleteAnnotation(note: { readonly tsuid: string; readonly startTime: number }): Promise<void> | void;
  executeQuery(query: SearchQuery): Promise<PluginAnswer> | PluginAnswer;
}

export const SEARCH: PluginKind<SearchPlugin> = {
  prefix: 'tsd.search',
  what: 'search plugin',
  methods: ['indexTSMeta', 'deleteTSMeta', 'indexUIDMeta', 'deleteUIDMeta', 'indexAnnotation', 'deleteAnnotation', 'executeQuery'],
  role: 'search',
  statsName: 'search',
};
