// Queries: from a request (`parse/`) over its plan (`plan/`), what is read (`source/`, `scan/`) and grouped (`group/`) to the numbers
// (`evaluate`, with `downsample/`, `rate/`, `merge/` and `aggregate/`). `engine/` does all of it; nothing here knows HTTP.
// `expression/exp` and `expression/gexp` are rooms of their own: they are loaded when somebody asks for arithmetic.
export { deletingIsOff } from './engine/client-error';
export type { LastAnswer, LookupAnswer, QueryAnswer, QueryEngine } from './engine/engine';
export { MAX_COMPLETED, QueryRecord, QueryRegistry, type QueryClient, type QueryRequest } from './engine/query-registry';
export type { Question } from './engine/question';
export { scanRows, type RowRange, type RowScanParts, type RowTimes } from './engine/row-scan';
export { createQueryEngine, type QueryParts } from './engine/storage-engine';
export type { ExpressionLimits } from './expression/limits';
export type { QueryResult, RunStats, ScanStats, SeriesStats, SubQueryStats } from './output';
export type { LastPoint, LastQuery, LastSubQuery } from './last';
export { parseLookup, type FoundSeries, type LookupQuery, type LookupTag } from './lookup';
export { findAggregator } from './aggregate/registry';
export { parseDownsample } from './downsample/parse-downsample';
export { filterFromTag } from './filter';
export { emptyQuery, parseJsonQuery, parseUriQuery, removeDuplicates, type Query, type SubQuery, type UriParams } from './parse';
export { integerAt, isIntegerAt, type Series } from './series';
export type { Aggregator, DownsampleSpec, RateOptions, ValidQuery, ValidSubQuery } from './specification';
