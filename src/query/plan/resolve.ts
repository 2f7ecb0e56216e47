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
 * Looks up the keys of filters and the values of those that are small sets of literals. A key fails before a value where
 * both are unknown in different filters; inside a literal filter values come first. Mirrors TagVFilter.resolveTagkName.
 * @throws NoSuchUniqueName, StorageError
 */
export async function resolveFilters(uids: Uids, filters: readonly TagValueFilter[], options: ResolveOptions): Promise<ResolvedFilter[]> {
  const resolvable = (f: TagValueFilter): boolean => f.literals !== null && f.literals.length <= options.expansionLimit;
  await allInOrder(filters.filter((f) => !resolvable(f)).map((f) => uids.getId('tagk', f.tagk)));
  const tagvs = await allInOrder(filters.map(async (f) => (resolvable(f) ? resolveLiterals(uids, f.literals ?? [], options) : [])));
  const tagks = await allInOrder(filters.map((f) => uids.getId('tagk', f.tagk)));
  return filters.map((filter, i) => ({ filter, tagk: tagks[i], tagvs: tagvs[i] }));
}
