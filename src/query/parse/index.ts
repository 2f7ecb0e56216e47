export { describeQuery } from './describe';
export { removeDuplicates } from './duplicates';
export { parseJsonQuery } from './json';
export { parseMetricAndFilters } from './metric-tags';
export * from './query';
export { parseMetricParam, parseTsuidParam, parseUriQuery, type UriParams } from './uri';
export { validateQuery, type ValidQuery, type ValidSubQuery } from './validate';
