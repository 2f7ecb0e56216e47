import { IllegalArgumentError } from '../../util/errors';
import { UnansweredError } from '../unanswered';
import type { RollupTerms } from './rollup-point';

/**
 * `<interval>-<aggregator>[:<group-by aggregator>]`, or a group-by aggregator alone. Mirrors RollupDataPointRpc's reading of a line.
 * @throws IllegalArgumentError; UnansweredError for nothing but colons
 */
export function readTerms(word: string): RollupTerms {
  if (word === '') throw new IllegalArgumentError('Missing interval or aggregator');
  const parts = word.split(':');
  while (parts.length > 0 && parts[parts.length - 1] === '') parts.pop();
  if (parts.length === 0) throw new UnansweredError(`Neither interval nor aggregator: ${word}`);
  const [first] = parts;
  const dash = first.indexOf('-');
  const groupBy = parts[1] ?? (dash < 0 ? first : null);
  if (dash < 0) return { interval: null, aggregator: groupBy, groupBy };
  return { interval: first.slice(0, dash), aggregator: first.slice(dash + 1), groupBy };
}
