import type { Rollups } from '../../rollup';
import { IllegalArgumentError } from '../../util/errors';

/**
 * The tables of one store's rollups, each with the one of another store that holds the same intervals.
 * @throws IllegalArgumentError when cells of one would mean something else in the other
 */
export function rollupTablePairs(from: Rollups | null, to: Rollups | null): [string, string][] {
  if (from === null) return [];
  if (to === null) throw new IllegalArgumentError('The source has rollups, and the target has none configured');
  for (const [aggregator, id] of from.config.aggregationIds)
    if (to.config.findId(aggregator) !== id)
      throw new IllegalArgumentError(`Rollups by ${aggregator} have the id ${id} in the source, and another or none in the target`);
  const pairs = new Map<string, string>();
  const add = (table: string, other: string): void => {
    const known = pairs.get(table);
    if (known !== undefined && known !== other)
      throw new IllegalArgumentError(`The intervals in the source's table ${table} are in several tables of the target`);
    pairs.set(table, other);
  };
  for (const interval of from.config.intervals) {
    const other = to.config.interval(interval.name);
    if (!interval.hasRowsOf(other)) throw new IllegalArgumentError(`Rows of rollups over ${interval.name} have another span in the target`);
    // The default interval's table is the one of raw points, which is copied anyway.
    if (!interval.isDefault) add(interval.table, other.table);
    add(interval.preAggregateTable, other.preAggregateTable);
  }
  return [...pairs];
}
