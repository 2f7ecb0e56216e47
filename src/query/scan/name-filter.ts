import { tagsAt, type KeyLayout } from '../../schema';
import type { Uids } from '../../uid';
import type { StepBudget } from '../../util/java-regexp';
import type { TimeSlice } from '../../util/time-slice';
import type { TagValueFilter } from '../filter';
import { chargePatternSteps, type ResolvedFilter } from '../plan';

/**
 * Filters that are evaluated on the names of tag values. A batch's new series are decided together, with one look-up of
 * names. Mirrors SaltScanner's post-scan filters.
 */
export class NameFilter {
  private readonly pair: number;
  private readonly tagsAt: number;
  /** Keys of the filters, in their order. */
  private readonly tagks: readonly string[];
  private readonly named: ReadonlySet<string>;
  /** Tag pairs whose names were looked up, for the statistics. */
  resolved = 0;

  /** @param steps what regular expressions may take; null: any */
  constructor(
    private readonly uids: Uids,
    private readonly layout: KeyLayout,
    private readonly filters: readonly ResolvedFilter[],
    private readonly steps: StepBudget | null,
  ) {
    this.pair = layout.tagk + layout.tagv;
    this.tagsAt = tagsAt(layout);
    this.tagks = filters.map(({ tagk }) => tagk.toString('latin1'));
    this.named = new Set(this.tagks);
  }

  /**
   * @param keys row keys, one a series
   * @returns in their order, whether the series passes every filter
   * @throws NoSuchUniqueId, StorageError; ClientError 413 when regular expressions take too many steps
   */
  async decide(keys: readonly Buffer[], slice: TimeSlice): Promise<boolean[]> {
    const ids = new Map<string, Buffer>();
    const series = keys.map((key) => this.valuesOf(key));
    for (const values of series) for (const id of values.values()) ids.set(id.toString('latin1'), id);
    const names = await this.uids.getNames('tagv', [...ids.values()]);
    this.resolved += ids.size;
    const nameOf = new Map([...ids.keys()].map((id, i) => [id, names[i]]));
    slice.restart();
    const verdicts: boolean[] = [];
    for (const values of series) {
      let passes = true;
      for (let i = 0; i < this.filters.length && passes; i++) {
        const { filter } = this.filters[i];
        const name = nameOf.get(values.get(this.tagks[i])?.toString('latin1') ?? '');
        const search = filter.search(name);
        passes = search === null ? this.matches(filter, name) : await this.found(search, slice);
        if (slice.isOver()) await slice.next();
      }
      verdicts.push(passes);
    }
    return verdicts;
  }

  private matches(filter: TagValueFilter, name: string | undefined): boolean {
    const before = filter.steps;
    const matches = filter.matches(name);
    this.charge(filter.steps - before);
    return matches;
  }

  private async found(search: Generator<number, boolean>, slice: TimeSlice): Promise<boolean> {
    for (;;) {
      const step = search.next();
      if (step.done) return step.value;
      this.charge(step.value);
      if (slice.isOver()) await slice.next();
    }
  }

  private charge(steps: number): void {
    if (this.steps !== null) chargePatternSteps(this.steps, steps);
  }

  /** Values of the keys that filters name, by key. */
  private valuesOf(key: Buffer): Map<string, Buffer> {
    const values = new Map<string, Buffer>();
    for (let at = this.tagsAt; at + this.pair <= key.length; at += this.pair) {
      const middle = at + this.layout.tagk;
      const tagk = key.toString('latin1', at, middle);
      if (this.named.has(tagk) && !values.has(tagk)) values.set(tagk, key.subarray(middle, at + this.pair));
    }
    return values;
  }
}
