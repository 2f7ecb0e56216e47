// The last points of series: by the counters of the meta table, or by looking back hour by hour.
export { LastPoints, type LastEnvironment } from './last-points';
export type { LastPoint, LastQuery, LastSubQuery } from './query';
