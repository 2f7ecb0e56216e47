export { groupSpans, type SpanGroup } from './group';
export { queryAnswerJson, type JsonOptions } from './json';
export { labelGroups, type Labels } from './labels';
export { queryJson, subQueryJson } from './query-json';
export { newRunStats, runStatsJson, seriesStatsJson, type RunStats, type SeriesStats, type SubQueryStats } from './query-stats';
export type { QueryResult } from './result';
