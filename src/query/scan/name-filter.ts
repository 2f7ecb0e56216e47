import { tagsAt, type KeyLayout } from '../../schema';
import type { Uids } from '../../uid';
import type { ResolvedFilter } from '../plan/row-literals';

/**
 * Filters that are evaluated on the names of tag values. A batch's new series are decided together, with one look-up of
 * names. Mirrors SaltScanner's post-scan filters.
 */
export class NameFilter {
  private readonly pair: number;
  private readonly tagsAt: number;
  /** Tag pairs whose names were looked up, for the statistics. */
  resolved = 0;

  constructor(
    private readonly uids: Uids,
    private readonly layout: KeyLayout,
    private readonly filters: readonly ResolvedFilter[],
  ) {
    this.pair = layout.tagk + layout.tagv;
    this.tagsAt = tagsAt(layout);
  }

  /**
   * @param keys row keys, one a series
   * @returns in their order, whether the series passes every filter
   * @throws NoSuchUniqueId, StorageError
   */
  async decide(keys: readonly Buffer[]): Promise<boolean[]> {
    const ids = new Map<string, Buffer>();
    const values = keys.map((key) => this.filters.map(({ tagk }) => this.valueOf(key, tagk)));
    for (const row of values) for (const id of row) if (id) ids.set(id.toString('latin1'), id);
    const names = await this.uids.getNames('tagv', [...ids.values()]);
    this.resolved += ids.size;
    const nameOf = new Map([...ids.keys()].map((id, i) => [id, names[i]]));
    return values.map((row) => this.filters.every(({ filter }, i) => filter.matches(nameOf.get(row[i]?.toString('latin1') ?? ''))));
  }

  private valueOf(key: Buffer, tagk: Buffer): Buffer | undefined {
    for (let at = this.tagsAt; at + this.pair <= key.length; at += this.pair) {
      const middle = at + this.layout.tagk;
      if (tagk.compare(key, at, middle) === 0) return key.subarray(middle, at + this.pair);
    }
    return undefined;
  }
}
