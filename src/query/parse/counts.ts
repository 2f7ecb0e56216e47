import type { QueryCounts } from '../../config/settings';
import { ClientError } from '../../util/errors';
import type { Query } from './query';

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
}

function check(what: string, count: number, limit: number): void {
  if (count > limit)
    throw new ClientError(413, `Too many ${what}`, `A query may have ${what} up to the limit of ${limit}, and this one has ${count}`);
}
