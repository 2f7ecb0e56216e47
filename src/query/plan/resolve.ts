import { NoSuchUniqueName, type Uids } from '../../uid';
import type { StopSignal } from '../../util/stop-signal';
import { TimeSlice } from '../../util/time-slice';
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

/** To take so many values of a filter apart takes long enough to look at the clock. */
const LARGE_SET = 1024;

/**
 * Looks up the keys of filters and the values of those that are small sets of literals, all at once. Of several unknown names that of the
 * first filter is told, values before the key: what the original tells most of the time, where it depends on which look-up ends first.
 * @param signal ends it while it takes large sets apart
 * @throws NoSuchUniqueName, StorageError
 */
export async function resolveFilters(
  uids: Uids,
  filters: readonly TagValueFilter[],
  options: ResolveOptions,
  signal: StopSignal | null = null,
): Promise<ResolvedFilter[]> {
  const sets: (readonly string[] | null)[] = [];
  let slice: TimeSlice | null = null;
  for (const filter of filters) {
    if (filter.values >= LARGE_SET) {
      slice ??= new TimeSlice(signal);
      if (slice.isOver()) await slice.next();
    }
    sets.push(filter.literals(options.expansionLimit));
  }
  return allInOrder(
    filters.map(async (filter, i) => {
      const literals = sets[i];
      const values = literals === null ? Promise.resolve([]) : resolveLiterals(uids, literals, options);
      const [tagvs, key] = await allInOrder<Buffer[] | Buffer>([values, uids.getId('tagk', filter.tagk)]);
      return { filter, tagk: key as Buffer, tagvs: tagvs as Buffer[] };
    }),
  );
}
