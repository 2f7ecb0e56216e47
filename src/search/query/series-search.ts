import type { UidWidths } from '../../uid';
import { sortInSlices } from '../../util/sort-in-slices';
import { TimeSlice } from '../../util/time-slice';
import { keyOf } from '../index/keys';
import type { IndexStore } from '../index/index-store';
import { NameFinder, type SearchBudget } from './name-finder';
import type { SearchNode } from './nodes';
import { Page } from './page';
import { metricsOf, SeriesCandidates } from './series-candidates';
import { fulfils, readsValues, seriesCondition, type SeriesCondition } from './series-conditions';

const BATCH = 512;
/** Series that one turn of the event loop gets: some milliseconds. */
const SCANNED = 4096;
/** Series between two looks at the clock. */
const LOOKED_AT = 16;
const NO_VALUE = Buffer.alloc(8);

/** Which part of what was found is wanted. */
export interface PageRequest {
  readonly startIndex: number;
  readonly limit: number;
}

/** Finds series, in the order of their TSUIDs: among few candidates where the index can tell them, else among those of some metrics, else among all. */
export class SeriesSearch {
  constructor(
    private readonly store: IndexStore,
    private readonly widths: UidWidths,
    private readonly budget: SearchBudget,
  ) {}

  async find(node: SearchNode, request: PageRequest): Promise<Page<Buffer>> {
    const condition = await seriesCondition(node, new NameFinder(this.store, this.widths, this.budget));
    const page = new Page<Buffer>(request);
    const candidates = await new SeriesCandidates(this.store, this.widths, this.budget).of(condition);
    if (candidates !== null) await this.amongThose(candidates, condition, page);
    else for (const prefix of metricsOf(condition)?.sorted() ?? [Buffer.alloc(0)]) await this.amongAll(prefix, condition, page);
    return page;
  }

  private async amongThose(tsuids: Buffer[], condition: SeriesCondition, page: Page<Buffer>): Promise<void> {
    const slice = new TimeSlice(this.budget.signal);
    const sorted = await sortInSlices(tsuids, (a, b) => a.compare(b), slice);
    const distinct = sorted.filter((tsuid, i) => i === 0 || !tsuid.equals(sorted[i - 1]));
    for (let at = 0; at < distinct.length; at += BATCH) {
      const batch = distinct.slice(at, at + BATCH);
      const values = await this.store.getAll(batch.map((tsuid) => keyOf('series', tsuid)));
      for (const [i, value] of values.entries()) {
        if (i % LOOKED_AT === 0 && slice.isOver()) await slice.next();
        if (value !== null && fulfils(condition, { tsuid: batch[i], value }, this.widths)) page.add(batch[i]);
      }
    }
  }

  private async amongAll(prefix: Buffer, condition: SeriesCondition, page: Page<Buffer>): Promise<void> {
    const withoutValues = !readsValues(condition);
    const slice = new TimeSlice(this.budget.signal);
    for await (const rows of this.store.range(keyOf('series', prefix), { withoutValues, batchRows: SCANNED, signal: this.budget.signal })) {
      slice.restart();
      let seen = 0;
      for (const row of rows) {
        if (++seen % LOOKED_AT === 0 && slice.isOver()) await slice.next();
        const tsuid = row.key.subarray(1);
        if (!fulfils(condition, { tsuid, value: withoutValues ? NO_VALUE : row.value(0) }, this.widths)) continue;
        if (page.takesNext) page.add(Buffer.from(tsuid));
        else page.skip();
      }
    }
  }
}
