export { gexpResults } from './answer';
export { evaluateGexp } from './evaluate';
export { parseExpressions, placeSubQueries, planCalls, type ParsedGexp, type PlannedCall } from './plan';
export type { GexpSeries, GexpStream, QueryWindow } from './series';
