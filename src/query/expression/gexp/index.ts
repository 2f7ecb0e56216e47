export { gexpResults } from './answer';
export { parseExpressions, placeSubQueries, planCalls, type ParsedGexp, type PlannedCall } from './plan';
export type { GexpSeries, GexpStream, QueryWindow } from './series';
