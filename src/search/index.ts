/**
 * Searching what is kept beside the points: `query/` understands and answers searches, `index/` has names and series in local files, index-keeper.ts
 * keeps them in line with the tables, with the news of other daemons over Redis; or a plugin does all of that.
 */
export type { ComparisonOutcome } from './comparison';
export { createSearch } from './create';
export { SearchSyntaxError } from './query/parser';
export { rebuildIndex } from './rebuild';
export type { PluginAnswer, SearchDocument, SearchPlugin } from './search-plugin';
export { SEARCH_TYPES } from './types';
export type { Search, SearchAnswer, SearchClient, SearchQuery, SearchResults, SearchType, SeriesSummary } from './types';
