import type { TagValueFilter } from '../filter';

/** A filter with its names resolved. */
export interface ResolvedFilter {
  readonly filter: TagValueFilter;
  readonly tagk: Buffer;
  /** UIDs of a small `literal_or`; empty for every other filter and for literals that were all unknown. */
  readonly tagvs: readonly Buffer[];
}

/** What the filters ask of a row's key. `values` null: any value, but the key must be there. */
export interface RowLiteral {
  readonly tagk: Buffer;
  readonly values: readonly Buffer[] | null;
}

export interface FilterPlan {
  /** Sorted by tagk; at most one for a key. */
  readonly literals: readonly RowLiteral[];
  /** Keys whose values split the results, in UID order; a key may be there twice. */
  readonly groupBys: readonly Buffer[];
  /** To be evaluated on names after reading. */
  readonly postScan: readonly ResolvedFilter[];
}

function distinct(uids: readonly Buffer[]): Buffer[] {
  const sorted = [...uids].sort(Buffer.compare);
  return sorted.filter((uid, i) => i === 0 || !uid.equals(sorted[i - 1]));
}

/**
 * Splits the filters, sorted by key, into runs: all filters of the first key make one, every later filter is a run of
 * its own. That is how the original does it (the key it compares with is never moved on), and why of several literal
 * filters on a later key the last one wins.
 */
function runsOf(sorted: readonly ResolvedFilter[]): ResolvedFilter[][] {
  const first = sorted.filter((f) => f.tagk.equals(sorted[0].tagk));
  return [first, ...sorted.slice(first.length).map((f) => [f])];
}

/**
 * Decides which filters the store evaluates on row keys and by what the results are grouped. Mirrors TsdbQuery.findGroupBys,
 * its overwriting of earlier runs included.
 * @param expansionLimit how many UIDs may be sent to the store, over all keys; a run beyond it stays to be evaluated by name
 */
export function planFilters(filters: readonly ResolvedFilter[], expansionLimit: number): FilterPlan {
  if (filters.length === 0) return { literals: [], groupBys: [], postScan: [] };
  const sorted = [...filters].sort((a, b) => a.tagk.compare(b.tagk));
  const literals = new Map<string, RowLiteral>();
  const groupBys: Buffer[] = [];
  const done = new Set<ResolvedFilter>();
  let accepted = 0;
  for (const run of runsOf(sorted)) {
    const { tagk } = run[0];
    if (run.some((f) => f.filter.groupBy)) groupBys.push(tagk);
    const values = distinct(run.flatMap((f) => f.tagvs));
    if (values.length === 0) literals.set(tagk.toString('latin1'), { tagk, values: null });
    else if (accepted + values.length <= expansionLimit) {
      literals.set(tagk.toString('latin1'), { tagk, values });
      accepted += values.length;
      for (const f of run) if (f.tagvs.length > 0) done.add(f);
    }
  }
  return {
    literals: [...literals.values()].sort((a, b) => a.tagk.compare(b.tagk)),
    groupBys,
    postScan: sorted.filter((f) => f.filter.needsNames && !done.has(f)),
  };
}
