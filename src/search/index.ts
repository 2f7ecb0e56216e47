/**
 * Searching what is kept beside the points: `query/` understands and answers searches, `index/` keeps names and series in local files, embedded-search.ts
 * keeps the index in line with the tables, with the news of other daemons over Redis; or a plugin does all of that.
 */
export type { CatchUpOutcome } from './catch-up';
export { createSearch } from './create';
export { SearchSyntaxError } from './query/parser';
export { rebuildIndex } from './rebuild';
export type { PluginAnswer, SearchDocument, SearchPlugin } from './search-plugin';
export { SEARCH_TYPES } from './types';
export type { Search, SearchAnswer, SearchClient, SearchQuery, SearchResults, SearchType, SeriesSummary } from './types';
