export { describeQuery } from './describe';
export { queryIdentity, removeDuplicates } from './equality';
export { parseJsonQuery } from './json';
export * from './query';
export { parseMetricParam, parseTsuidParam, parseUriQuery, type UriParams } from './uri';
export { cut, ELEMENTS, shortened, WHOLE } from './shortened';
export { validateQuery } from './validate';
