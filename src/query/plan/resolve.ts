import { NoSuchUniqueName, type Uids } from '../../uid';
import type { TagValueFilter } from '../filter';
import type { ResolvedFilter } from './row-literals';
import { ClientError } from '../../util/errors';

export interface ResolveOptions {
  /** `tsd.query.filter.expansion_limit` */
  expansionLimit: number;
  /** `tsd.query.skip_unresolved_tagvs` */
  skipUnresolved: boolean;
}

/** Waits for all, then throws the first failure in order, so that which one a client sees does not depend on timing. */
async function allInOrder<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((s) => {
    if (s.status === 'rejected') throw s.reason;
    return s.value;
  });
}

async function resolveLiterals(uids: Uids, literals: readonly string[], options: ResolveOptions): Promise<Buffer[]> {
  const found = await allInOrder(
    literals.map(async (name) => {
      if (name === '') throw new ClientError(400, 'Missing UID name', 'Missing UID name');
      try {
        return await uids.getId('tagv', name);
      } catch (e) {
        if (e instanceof NoSuchUniqueName && options.skipUnresolved) return null;
        throw e;
      }
    }),
  );
  return found.filter((id) => id !== null);
}

/**
 * Looks up the keys of filters and the values of those that are small sets of literals, all at once. Of several unknown names that of the
 * first filter is told, values before the key: what the original tells most of the time, where it depends on which look-up ends first.
 * @throws NoSuchUniqueName, StorageError
 */
export async function resolveFilters(uids: Uids, filters: readonly TagValueFilter[], options: ResolveOptions): Promise<ResolvedFilter[]> {
  return allInOrder(
    filters.map(async (filter) => {
      const { literals, tagk } = filter;
      const resolvable = literals !== null && literals.length <= options.expansionLimit;
      const values = resolvable ? resolveLiterals(uids, literals, options) : Promise.resolve([]);
      const [tagvs, key] = await allInOrder<Buffer[] | Buffer>([values, uids.getId('tagk', tagk)]);
      return { filter, tagk: key as Buffer, tagvs: tagvs as Buffer[] };
    }),
  );
}
