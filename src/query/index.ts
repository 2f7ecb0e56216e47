export { findAggregator } from './aggregate/registry';
export { createQueryEngine } from './engine';
export { FILTER_TYPES } from './filter';
export { queryAnswerJson, runStatsJson, type QueryResult } from './output';
export {
  parseJsonQuery,
  parseMetricAndFilters,
  parseUriQuery,
  removeDuplicates,
  type Query,
  type SubQuery,
  type UriParams,
  type ValidQuery,
} from './parse';
export type { QueryClient, QueryRegistry } from './query-registry';
export type { QueryAnswer, QueryEngine } from './types';
