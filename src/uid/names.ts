import { hashMapOrder } from '../util/java-hash-order';
import { NoSuchUniqueId } from './errors';
import type { UidKind, Uids } from './types';

/** The names of some ids of one kind: those that are cached at once, the others with one look-up. */
export class Names {
  private readonly names = new Map<string, string>();
  /** Null: none was missing so far, which is usual. */
  private missing: Map<string, Buffer> | null = null;

  constructor(
    private readonly uids: Uids,
    private readonly kind: UidKind,
  ) {}

  want(id: Buffer): void {
    const key = id.toString('latin1');
    if (this.names.has(key) || this.missing?.has(key) === true) return;
    const name = this.uids.cachedName(this.kind, id);
    if (name === undefined) (this.missing ??= new Map<string, Buffer>()).set(key, id);
    else this.names.set(key, name);
  }

  /** @throws NoSuchUniqueId, StorageError */
  async load(): Promise<void> {
    const { missing } = this;
    if (missing === null) return;
    const names = await this.uids.getNames(this.kind, [...missing.values()]);
    [...missing.keys()].forEach((key, i) => this.names.set(key, names[i]));
    this.missing = null;
  }

  get complete(): boolean {
    return this.missing === null;
  }

  of(id: Buffer): string {
    return this.names.get(id.toString('latin1')) ?? '';
  }
}

/** Tags in the order in which the original tells those that it has resolved. */
export function tagsInHashOrder(tags: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return tags.size < 2 ? tags : new Map(hashMapOrder(tags.keys(), 1).map((key) => [key, tags.get(key) ?? '']));
}

/** What a series is called. */
export interface SeriesNames {
  readonly metric: string;
  /** In the order of Java's hash map. */
  readonly tags: ReadonlyMap<string, string>;
}

/**
 * What series are called, with one look-up a kind.
 * @param tsuids metric and pairs of tag UIDs, of whole length
 * @throws NoSuchUniqueId, StorageError
 */
export async function namesOfSeries(uids: Uids, tsuids: readonly Buffer[]): Promise<SeriesNames[]> {
  const { widths } = uids;
  const metrics = new Names(uids, 'metrics');
  const tagks = new Names(uids, 'tagk');
  const tagvs = new Names(uids, 'tagv');
  const parts = tsuids.map((tsuid) => {
    const metric = tsuid.subarray(0, widths.metrics);
    const pairs: { tagk: Buffer; tagv: Buffer }[] = [];
    for (let at = widths.metrics; at < tsuid.length; at += widths.tagk + widths.tagv) {
      const middle = at + widths.tagk;
      pairs.push({ tagk: tsuid.subarray(at, middle), tagv: tsuid.subarray(middle, middle + widths.tagv) });
    }
    metrics.want(metric);
    for (const { tagk, tagv } of pairs) {
      tagks.want(tagk);
      tagvs.want(tagv);
    }
    return { metric, pairs };
  });
  await Promise.all([metrics.load(), tagks.load(), tagvs.load()]);
  return parts.map(({ metric, pairs }) => {
    return { metric: metrics.of(metric), tags: tagsInHashOrder(new Map(pairs.map(({ tagk, tagv }) => [tagks.of(tagk), tagvs.of(tagv)]))) };
  });
}

/**
 * Names in the order of the UIDs; null for one that has none.
 * @throws StorageError
 */
export function findNames(uids: Uids, kind: UidKind, ids: readonly Buffer[]): Promise<(string | null)[]> {
  return eachOrNull(ids, (some) => uids.getNames(kind, some));
}

/**
 * As {@link namesOfSeries}; null for a series with a UID that has no name.
 * @throws StorageError
 */
export function findNamesOfSeries(uids: Uids, tsuids: readonly Buffer[]): Promise<(SeriesNames | null)[]> {
  return eachOrNull(tsuids, (some) => namesOfSeries(uids, some));
}

/** One that nobody knows fails the look-up of all: those are found by halves. */
async function eachOrNull<T, R>(items: readonly T[], lookUp: (items: readonly T[]) => Promise<R[]>): Promise<(R | null)[]> {
  if (items.length === 0) return [];
  try {
    return await lookUp(items);
  } catch (error) {
    if (!(error instanceof NoSuchUniqueId)) throw error;
    if (items.length === 1) return [null];
    const half = items.length >>> 1;
    return [...(await eachOrNull(items.slice(0, half), lookUp)), ...(await eachOrNull(items.slice(half), lookUp))];
  }
}
