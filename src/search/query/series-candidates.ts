import type { UidWidths } from '../../uid';
import { keyOf } from '../index/keys';
import type { IndexStore } from '../index/index-store';
import { isDescribedSeries } from '../index/records';
import type { SearchBudget } from './name-finder';
import { fulfils, type SeriesCondition } from './series-conditions';
import type { UidSet } from './uid-set';

/** More series than this are found faster by looking at all of them in their order, and so are those of more names. */
const MOST_SERIES = 50_000;
const MOST_NAMES = 1_000;
/** Bytes that a series takes in a list, roughly. */
const BYTES_OF_SERIES = 160;
const BATCH = 512;

/** Finds few series among which are all that fulfil a condition, when the index can tell them without looking at every one. */
export class SeriesCandidates {
  constructor(
    private readonly store: IndexStore,
    private readonly widths: UidWidths,
    private readonly budget: SearchBudget,
  ) {}

  /** In no order, some of them twice, or not there any more; null: they are too many, or can't be told. */
  async of(condition: SeriesCondition): Promise<Buffer[] | null> {
    switch (condition.kind) {
      case 'names':
        return this.ofNames(condition.sets.metrics, condition.sets.tagk, condition.sets.tagv);
      case 'tag':
        return condition.keys.isEmpty ? [] : this.ofUids('ofValue', condition.values);
      case 'tsuid':
        return this.ofTsuid(condition);
      case 'own':
        return this.described(condition);
      case 'any':
        return this.ofAny(condition.of);
      case 'all':
        return this.ofAll(condition.of);
      default:
        return null;
    }
  }

  private async ofAll(conditions: readonly SeriesCondition[]): Promise<Buffer[] | null> {
    for (const condition of conditions) {
      const candidates = await this.of(condition);
      if (candidates !== null) return candidates;
    }
    return null;
  }

  private async ofAny(conditions: readonly SeriesCondition[]): Promise<Buffer[] | null> {
    const all: Buffer[] = [];
    for (const condition of conditions) {
      const candidates = await this.of(condition);
      if (candidates === null || all.length + candidates.length > MOST_SERIES) return null;
      for (const tsuid of candidates) all.push(tsuid);
    }
    return all;
  }

  private async ofNames(metrics: UidSet, tagk: UidSet, tagv: UidSet): Promise<Buffer[] | null> {
    // Nearly every series has some key: there is no list of those that do.
    if (!tagk.isEmpty) return null;
    const ofMetrics = await this.ofUids('series', metrics);
    const ofValues = ofMetrics && (await this.ofUids('ofValue', tagv));
    return ofValues && ofMetrics && [...ofMetrics, ...ofValues];
  }

  /** @param space rows that begin with one of the UIDs */
  private async ofUids(space: 'series' | 'ofValue', uids: UidSet): Promise<Buffer[] | null> {
    if (uids.all || uids.size > MOST_NAMES) return null;
    const found: Buffer[] = [];
    for (const uid of uids.sorted()) {
      const behind = space === 'series' ? 1 : 1 + uid.length;
      const limit = MOST_SERIES - found.length + 1;
      for await (const rows of this.store.range(keyOf(space, uid), { withoutValues: true, limit, signal: this.budget.signal })) {
        this.budget.account(rows.length * BYTES_OF_SERIES);
        for (const { key } of rows) found.push(Buffer.from(key.subarray(behind)));
      }
      if (found.length > MOST_SERIES) return null;
    }
    return found;
  }

  private ofTsuid({ matcher }: Extract<SeriesCondition, { kind: 'tsuid' }>): Promise<Buffer[] | null> {
    if (matcher.kind !== 'words' || !/^([0-9a-f]{2})+$/.test(matcher.text)) return Promise.resolve(null);
    return Promise.resolve([Buffer.from(matcher.text, 'hex')]);
  }

  private async described(condition: Extract<SeriesCondition, { kind: 'own' }>): Promise<Buffer[] | null> {
    const found: Buffer[] = [];
    for await (const rows of this.store.range(keyOf('describedSeries'), {
      withoutValues: true,
      batchRows: BATCH,
      signal: this.budget.signal,
    })) {
      const tsuids = rows.map(({ key }) => Buffer.from(key.subarray(1)));
      const values = await this.store.getAll(tsuids.map((tsuid) => keyOf('series', tsuid)));
      values.forEach((value, i) => {
        if (value === null || !isDescribedSeries(value) || !fulfils(condition, { tsuid: tsuids[i], value }, this.widths)) return;
        this.budget.account(BYTES_OF_SERIES);
        found.push(tsuids[i]);
      });
      if (found.length > MOST_SERIES) return null;
    }
    return found;
  }
}

/** The metrics of which a series that fulfils a condition has one; null: they can't be told. */
export function metricsOf(condition: SeriesCondition): UidSet | null {
  if (condition.kind === 'all') return condition.of.map(metricsOf).find((set) => set !== null) ?? null;
  if (condition.kind !== 'names') return null;
  const { metrics, tagk, tagv } = condition.sets;
  return tagk.isEmpty && tagv.isEmpty && !metrics.all && metrics.size <= MOST_NAMES ? metrics : null;
}
