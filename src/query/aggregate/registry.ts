import type { Aggregator } from '../specification';
import { dev } from './deviation';
import { percentile } from './percentile';
import { first, last, max, median, min, none } from './selection';
import { avg, count, diff, mult, squareSum, sum } from './sums';

/** Every aggregator, in the order in which `/api/aggregators` lists them. */
const ALL: readonly Aggregator[] = [
  mult,
  percentile('p90', 90, 'legacy'),
  sum('zimsum', 'zero'),
  max('mimmax', 'min'),
  sum('sum', 'lerp'),
  percentile('p50', 50, 'legacy'),
  none,
  percentile('p95', 95, 'legacy'),
  percentile('ep99r7', 99, 'r7'),
  sum('pfsum', 'previous'),
  percentile('p75', 75, 'legacy'),
  percentile('p99', 99, 'legacy'),
  percentile('ep99r3', 99, 'r3'),
  percentile('ep95r7', 95, 'r7'),
  min('min', 'lerp'),
  avg,
  percentile('ep75r7', 75, 'r7'),
  dev,
  percentile('ep95r3', 95, 'r3'),
  percentile('ep75r3', 75, 'r3'),
  percentile('ep50r7', 50, 'r7'),
  percentile('ep90r7', 90, 'r7'),
  min('mimmin', 'max'),
  percentile('p999', 99.9, 'legacy'),
  percentile('ep50r3', 50, 'r3'),
  percentile('ep90r3', 90, 'r3'),
  percentile('ep999r7', 99.9, 'r7'),
  last,
  max('max', 'lerp'),
  count,
  diff,
  median,
  squareSum,
  percentile('ep999r3', 99.9, 'r3'),
  first,
];

const BY_NAME: ReadonlyMap<string, Aggregator> = new Map(ALL.map((aggregator) => [aggregator.name, aggregator]));

/** The names of all aggregators, in the original's order. Mirrors Aggregators.set. */
export const AGGREGATOR_NAMES: readonly string[] = ALL.map(({ name }) => name);

/** The aggregator of a name, case-sensitively; undefined when there is none. */
export function findAggregator(name: string): Aggregator | undefined {
  return BY_NAME.get(name);
}
