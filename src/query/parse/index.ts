export { describeQuery } from './describe';
export { queryIdentity, removeDuplicates } from './equality';
export { parseJsonQuery } from './json';
export * from './query';
export { parseMetricParam, parseTsuidParam, parseUriQuery, type UriParams } from './uri';
export { shortened } from './shortened';
export { validateQuery } from './validate';
