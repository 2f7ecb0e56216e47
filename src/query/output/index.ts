// What comes out of a query, as data: its results and how they came about.
export type { QueryGroup, QueryResult } from './result';
export { newRunStats, type RunStats, type SeriesStats, type SubQueryStats } from './run-stats';
export { type ScanStats } from './scan-stats';
