import type { Rollups } from '../../rollup';
import { TableNotFoundError, type Row, type ScanOptions, type Storage } from '../../storage';
import type { DataModel } from '../../tables';
import type { Uids } from '../../uid';
import { readUsedIds } from '../../uid/stats';
import { IllegalArgumentError } from '../../util/errors';
import type { Log } from '../../util/log';
import type { Tally } from '../walk/checkpoint';
import { cutTable, rangesBetween, type KeyRange } from '../walk/key-ranges';
import type { Pace } from '../walk/pace';
import { addTally, walk } from '../walk/walk';
import { MetaRows, TreeRows } from './metadata-rows';
import type { MigrationJournal, MigrationState, Numbering } from './migration-journal';
import type { RowTranslation } from './row-translation';
import { rollupTablePairs } from './rollup-table-pairs';
import { hasSameNumbers, raiseCounters, type UidStore } from './same-numbers';
import { SeriesRows } from './series-rows';
import { TableCopy } from './table-copy';
import { TsuidTranslation } from './tsuid-translation';
import { UidRows } from './uid-rows';
import { KeptUids, NamedUids, type UidTranslation } from './uid-translation';

/** A store that is copied, or copied to. */
export interface Side {
  readonly model: DataModel;
  readonly storage: Storage;
  readonly uids: Uids;
  readonly rollups: Rollups | null;
}

/** What a migration is made of. */
export interface MigrationParts {
  readonly source: Side;
  readonly target: Side;
  /** Null: the source's numbers are kept where the target has no others. */
  readonly numbering: Numbering | null;
  /** Ranges of a table that are read at once. */
  readonly workers: number;
  readonly pace: Pace;
  readonly journal: MigrationJournal;
  /** Only counts. */
  readonly dryRun: boolean;
  /** Milliseconds by which clocks may differ and writes may be late: a pass reads so much of what the last one has read again. */
  readonly overlapMs: number;
  readonly log: Log;
  /** Told how many rows were copied since the last time. */
  readonly copied: (rows: number) => void;
  readonly now: () => number;
  readonly signal?: AbortSignal;
}

/** A table of the source with its place in the target. */
interface TablePair {
  readonly from: string;
  readonly to: string;
  readonly translation: RowTranslation;
  /** Cut where? */
  readonly cut: () => Promise<readonly KeyRange[]>;
}

/** Ranges for each worker, so that one that is done early finds more to do. */
const RANGES_A_WORKER = 4;
/** Rows of one batch of a scan, about. */
const BATCH_ROWS = 512;
/** Skipped rows of a pass that are told one by one. */
const TOLD_ROWS = 100;

/**
 * Copies a store to another, whatever their engines, salts and widths are: UIDs with their metadata, points, annotations, histograms, rollups,
 * metadata of series, trees. Cells keep their times, so what is copied twice is there once, and a second pass needs to read only what is new.
 */
export class Migration {
  private state: MigrationState = { numbering: 'keep', began: null, complete: null, done: [] };
  private uids: UidTranslation;

  constructor(private readonly parts: MigrationParts) {
    this.uids = this.kept();
  }

  /** Milliseconds: everything that was written before is in the target. Null: not yet. */
  get complete(): number | null {
    return this.state.complete;
  }

  /**
   * Looks whether the stores fit, and takes up a migration that was stopped.
   * @throws IllegalArgumentError when they don't, StorageError
   */
  async prepare(): Promise<void> {
    const { source, target, journal, log, dryRun } = this.parts;
    // Says what does not fit before anything is copied.
    rollupTablePairs(source.rollups, target.rollups);
    const stored = journal.load();
    const wanted = stored?.numbering ?? this.parts.numbering;
    const same = wanted !== 'assign' && (await this.hasSameNumbers());
    if (wanted === 'keep' && !same && !dryRun) throw new IllegalArgumentError(OTHER_NUMBERS);
    this.state = stored ?? { ...this.state, numbering: wanted ?? (same ? 'keep' : 'assign') };
    if (this.state.numbering === 'assign') {
      const unnameable = (kind: string, name: string, reason: string): void =>
        void log.warn(`The target refuses the name ${name} of ${kind}: ${reason}`);
      this.uids = new NamedUids(source.uids, target.uids, unnameable);
    }
    log.info(this.state.numbering === 'keep' ? 'UIDs keep their numbers' : 'UIDs are those of the target, by names');
  }

  private kept(): KeptUids {
    return new KeptUids(this.parts.source.model.widths, this.parts.target.model.widths);
  }

  private hasSameNumbers(): Promise<boolean> {
    const { source, target } = this.parts;
    return hasSameNumbers(uidsOf(target), uidsOf(source), this.kept());
  }

  /**
   * Copies everything, or what is new since the last pass.
   * @returns counts of rows, cells and skipped rows
   * @throws StorageError, IllegalArgumentError, the signal's reason; the journal then says where it was
   */
  async pass(): Promise<Tally> {
    const { source, target, journal, log, dryRun, now, overlapMs } = this.parts;
    const { state } = this;
    state.began ??= now();
    journal.save(state);
    // Cells that carry the time of their points do not tell when they were written: then each pass reads everything.
    const since = source.model.explicitTimestamps || state.complete === null ? null : state.complete - overlapMs;
    const total: Tally = { rows: 0, cells: 0, skipped: 0 };
    if (!dryRun && state.numbering === 'keep') {
      if (state.complete !== null && !(await this.hasSameNumbers())) throw new IllegalArgumentError(OTHER_NUMBERS);
      await raiseCounters(uidsOf(target), uidsOf(source));
    }
    for (const pair of await this.tables()) {
      if (state.done.includes(pair.from)) continue;
      const tally = { rows: 0, cells: 0, skipped: 0, ...(await this.copy(pair, since)) };
      addTally(total, tally);
      if (tally.rows > 0 || since === null)
        log.info(`${pair.from}: ${tally.rows} rows, ${tally.cells} cells${tally.skipped > 0 ? `, ${tally.skipped} rows skipped` : ''}`);
      state.done.push(pair.from);
      journal.save(state);
    }
    state.complete = state.began;
    state.began = null;
    state.done = [];
    if (!dryRun) journal.save(state);
    return total;
  }

  private copy({ from, to, translation, cut }: TablePair, since: number | null): Promise<Tally> {
    const { source, target, workers, pace, journal, dryRun, log, copied, signal } = this.parts;
    let told = 0;
    const skipped = ({ key }: Row, reason: string): void => {
      if (told++ < TOLD_ROWS) log.warn(`${from}: the row ${key.toString('hex').toUpperCase()} is not copied: ${reason}`);
    };
    const scan: Partial<ScanOptions> = {
      batchRows: BATCH_ROWS,
      ...(since === null ? {} : { timeRange: { min: Math.max(0, since), max: Number.MAX_SAFE_INTEGER } }),
    };
    return walk(
      { storage: source.storage, table: from, ranges: cut, workers, pace, checkpoint: journal.checkpoint(from), signal, scan },
      new TableCopy({ storage: target.storage, table: to, uids: this.uids, translation, dryRun, skipped, copied, signal }),
    );
  }

  /** The tables of the source that there are, UIDs first. @throws TableNotFoundError for one that the target lacks */
  private async tables(): Promise<TablePair[]> {
    const { source, target, workers } = this.parts;
    const { uids } = this;
    const [ours, theirs] = [source.model.tables, target.model.tables];
    const tsuids = new TsuidTranslation(source.model.layout, uids);
    const series = new SeriesRows(source.model.layout, target.model.layout, uids);
    const { metrics } = await readUsedIds(source.storage, ours.uid.name);
    const whole = (table: string) => async () => rangesBetween(await source.storage.splits(table));
    const bySeries = (table: string, model: DataModel) => () => cutTable(source.storage, table, model, metrics, workers * RANGES_A_WORKER);
    const unsalted = { ...source.model, layout: { ...source.model.layout, salt: 0 } };
    const pairs: TablePair[] = [
      {
        from: ours.uid.name,
        to: theirs.uid.name,
        translation: new UidRows(uids, this.state.numbering === 'keep'),
        cut: whole(ours.uid.name),
      },
      ...[[ours.data.name, theirs.data.name], ...rollupTablePairs(source.rollups, target.rollups)].map(([from, to]) => {
        return { from, to, translation: series, cut: bySeries(from, source.model) };
      }),
      { from: ours.meta.name, to: theirs.meta.name, translation: new MetaRows(tsuids), cut: bySeries(ours.meta.name, unsalted) },
      { from: ours.tree.name, to: theirs.tree.name, translation: new TreeRows(tsuids), cut: whole(ours.tree.name) },
    ];
    const there: TablePair[] = [];
    for (const pair of pairs) {
      if (!(await source.storage.tableExists(pair.from))) continue;
      if (!(await target.storage.tableExists(pair.to)))
        throw new TableNotFoundError(`The target has no table ${pair.to}: make it with \`tsdb tables create\``, { table: pair.to });
      there.push(pair);
    }
    return there;
  }
}

const OTHER_NUMBERS =
  'The target has UIDs that are not those of the source. Something has assigned them there: begin anew with --uids assign, which goes by names';

function uidsOf({ storage, model }: Side): UidStore {
  return { storage, table: model.tables.uid.name };
}
