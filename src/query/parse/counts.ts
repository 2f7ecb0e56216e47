import type { QueryCounts } from '../../config/settings';
import { ClientError } from '../../util/errors';
import type { Query, SubQuery } from './query';

/** Values of all filters of a query: four of the largest. To tell whether sub-queries are equal takes all of them in one turn. */
const MAX_VALUES = 131_072;

/** @throws ClientError 413 for a query that asks for more at once than is allowed */
export function checkCounts({ queries }: Query, limits: QueryCounts): void {
  check('sub-queries', queries?.length ?? 0, limits.subQueries);
  let [filters, tsuids] = [0, 0];
  for (const sub of queries ?? []) {
    filters += sub?.filters?.length ?? 0;
    tsuids += sub?.tsuids?.length ?? 0;
  }
  check('filters', filters, limits.filters);
  check('TSUIDs', tsuids, limits.tsuids);
  checkValues(queries ?? []);
}

/** @throws ClientError 413 for filters with more values than can be looked at in one go */
export function checkValues(queries: readonly (SubQuery | null)[]): void {
  let values = 0;
  for (const sub of queries) for (const filter of sub?.filters ?? []) values += filter.values;
  check('values of filters', values, MAX_VALUES);
}

function check(what: string, count: number, limit: number): void {
  if (count > limit)
    throw new ClientError(413, `Too many ${what}`, `A query may have ${what} up to the limit of ${limit}, and this one has ${count}`);
}
