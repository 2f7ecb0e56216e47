import type { MetaSettings } from '../config/settings/meta';
import type { Storage } from '../storage';
import type { DataModel } from '../tables';
import type { Uids } from '../uid';
import type { Log } from '../util/log';
import type { StatsSink, StatsSource } from '../util/stats';
import { NO_SIBLINGS, topic, type Siblings } from '../workers';
import { AnnotationStore, type AnnotationListener } from './annotations';
import { AssignedUids } from './assigned-uids';
import { CounterWrites } from './counter-writes';
import { SeriesTable } from './series-table';
import { SeriesTracker } from './series-tracker';
import type { SharedSeries } from './shared-series';
import { Branches, TreeGrowth, Trees } from './tree';
import { TsMetas, type SeriesListener, type UncountedPoints } from './ts-metas';
import { UidMetas, type UidListener } from './uid-metas';

/** What metadata are made of. */
export interface MetaParts {
  readonly storage: Storage;
  readonly model: DataModel;
  readonly uids: Uids;
  readonly logger: Log;
  /** What is written on its own; absent: nothing, as in tools. */
  readonly settings?: MetaSettings;
  /** Which series other daemons have tracked; absent: nobody tells. */
  readonly sharedSeries?: SharedSeries | null;
  /** Absent: there are no other workers. */
  readonly siblings?: Siblings;
}

/** Points of series that a worker has not counted in the table yet. */
const UNCOUNTED = topic<readonly Buffer[], (UncountedPoints | null)[]>('uncounted');
/** Trees have been changed: those that are remembered are not good any more. */
const TREES_CHANGED = topic<null, null>('trees changed');

/** Told of everything that this process stores, changes or removes beside the points: what it is now stands in the tables. */
export interface MetaListener {
  series: SeriesListener;
  uids: UidListener;
  annotations: AnnotationListener;
}

/** Everything that is kept beside the points. */
export class Meta implements StatsSource {
  readonly annotations: AnnotationStore;
  readonly uidMetas: UidMetas;
  readonly tsMetas: TsMetas;
  /** Keeps the meta table up with the points; null: it is not kept up. */
  readonly tracker: SeriesTracker | null;
  readonly trees: Trees;
  readonly branches: Branches;
  /** Places new series in trees; null: that is off. */
  readonly growth: TreeGrowth | null;
  private readonly assigned: AssignedUids | null;
  private readonly uids: Uids;

  constructor({ storage, model, uids, logger, settings, sharedSeries = null, siblings = NO_SIBLINGS }: MetaParts) {
    const { tables, widths, layout } = model;
    this.annotations = new AnnotationStore(storage, tables.data.name, layout, model.explicitTimestamps);
    this.uidMetas = new UidMetas(storage, tables.uid.name, uids);
    const series = new SeriesTable(storage, tables.meta.name, widths);
    const uncounted = (tsuid: Buffer): UncountedPoints | null => this.tracker?.uncounted(tsuid) ?? null;
    const uncountedElsewhere = (tsuids: readonly Buffer[]): Promise<(UncountedPoints | null)[][]> =>
      this.tracker === null ? Promise.resolve([]) : siblings.ask(UNCOUNTED, tsuids);
    this.tsMetas = new TsMetas({
      storage,
      table: tables.meta.name,
      widths,
      series,
      uidMetas: this.uidMetas,
      uncounted,
      uncountedElsewhere,
    });
    siblings.answer(UNCOUNTED, (tsuids) => tsuids.map((tsuid) => uncounted(Buffer.from(tsuid))));
    const tracking = settings?.tracking ?? null;
    const writes = tracking && new CounterWrites(storage, tables.meta.name, this.tsMetas, tracking, siblings);
    this.tracker = writes && new SeriesTracker(writes, tracking, layout, logger, Date.now, sharedSeries);
    this.assigned = settings?.createsUidMetas === true ? new AssignedUids(this.uidMetas, logger) : null;
    this.trees = new Trees(storage, tables.tree.name);
    this.branches = new Branches(storage, tables.tree.name, uids);
    const grows = settings?.trees ?? null;
    this.growth = grows && new TreeGrowth(this.trees, this.branches, this.tsMetas, grows.storesCollisions, logger);
    this.trees.onChange(() => void siblings.ask(TREES_CHANGED, null));
    siblings.answer(TREES_CHANGED, () => {
      this.growth?.forget();
      return null;
    });
    this.tracker?.onCreated((tsuids) => this.growth?.add(tsuids));
    this.uids = uids;
    uids.onAssigned((kind, _name, id) => this.assigned?.assigned(kind, id));
  }

  onChange({ series, uids, annotations }: MetaListener): void {
    this.tracker?.onCreated(series);
    this.tsMetas.onChange(series);
    this.uidMetas.onChange(uids);
    this.uids.onRenamed((kind, id) => uids([{ kind, id }]));
    this.annotations.onChange(annotations);
  }

  async open(): Promise<void> {
    await this.tracker?.open();
  }

  /** Resolves when everything that has come in so far is told of in the tables, or can't be. */
  async flush(): Promise<void> {
    await Promise.all([this.assigned?.flush(), this.tracker?.flush()]);
    await this.growth?.flush();
  }

  async close(): Promise<void> {
    await Promise.all([this.assigned?.flush(), this.tracker?.close()]);
    await this.growth?.close();
  }

  collectStats(sink: StatsSink): void {
    this.tracker?.collectStats(sink);
  }
}
