import type { Side } from '../copy/migration';
import { rollupTablePairs } from '../copy/rollup-table-pairs';
import { META_COLUMN, META_FAMILY } from '../../meta';
import type { Row } from '../../storage';
import { UID_KINDS } from '../../uid';
import { UidTable } from '../../uid/uid-table';
import { inParallel } from '../../util/in-parallel';
import { MetricDigest, MetricTable } from './metric-rows';
import { cellsText, pointsText, withoutTsuid, type RowText } from './row-text';
import { NamedTsuids } from './series-names';
import { globalNotes, treeRows } from './whole-rows';

/** What was compared, and how much of it differs. */
export interface Outcome {
  names: number;
  rows: number;
  points: number;
  differences: number;
}

/** What a comparison is made of. */
export interface ComparisonParts {
  readonly left: Side;
  readonly right: Side;
  /** Metrics that are compared at once. */
  readonly workers: number;
  /** Told of a difference. */
  readonly differs: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Base times of a metric whose rows are told one by one when they differ. */
const TOLD_TIMES = 24;
const EVERYTHING = Buffer.alloc(0);

/** A kind of table that both stores have. */
interface Pair {
  readonly what: string;
  readonly left: MetricTable;
  readonly right: MetricTable;
}

/** Compares what two stores say, whatever their UIDs, salts, widths and the layout of their cells are: names, points, annotations, rollups, metadata. */
export class Comparison {
  readonly outcome: Outcome = { names: 0, rows: 0, points: 0, differences: 0 };

  constructor(private readonly parts: ComparisonParts) {}

  /** @throws StorageError, IllegalArgumentError when the rollups of both cannot be compared */
  async run(): Promise<Outcome> {
    const pairs = await this.pairs();
    const metrics = await this.compareNames();
    await inParallel(metrics, this.parts.workers, async (metric) => {
      for (const pair of pairs) await this.compareMetric(pair, metric);
    });
    await this.compareRows('global annotations', globalNotes);
    await this.compareRows('tree row', treeRows);
    return this.outcome;
  }

  private differ(line: string): void {
    this.outcome.differences++;
    this.parts.differs(line);
  }

  /** Names of every kind on both sides. @returns those of metrics that any side has */
  private async compareNames(): Promise<string[]> {
    const metrics: string[] = [];
    for (const kind of UID_KINDS) {
      const [left, right] = [this.parts.left, this.parts.right].map((side) => namesOf(side, kind));
      let [a, b] = [await left.next(), await right.next()];
      while (a.done !== true || b.done !== true) {
        const order = a.done === true ? 1 : b.done === true ? -1 : Buffer.compare(Buffer.from(a.value), Buffer.from(b.value));
        const name = order <= 0 ? String(a.value) : String(b.value);
        if (kind === 'metrics') metrics.push(name);
        this.outcome.names++;
        if (order !== 0) this.differ(`${kind} ${name}: only in the ${order < 0 ? 'first' : 'second'} store`);
        if (order <= 0) a = await left.next();
        if (order >= 0) b = await right.next();
      }
    }
    return metrics;
  }

  /** Rows that are few, by their keys. */
  private async compareRows(what: string, read: (side: Side) => Promise<Map<string, string>>): Promise<void> {
    const [ours, theirs] = await Promise.all([this.parts.left, this.parts.right].map(read));
    for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
      this.outcome.rows++;
      const [a, b] = [ours.get(key), theirs.get(key)];
      if (a === b) continue;
      const only = a === undefined ? 'only in the second store' : 'only in the first store';
      this.differ(`${what} ${key}: ${a !== undefined && b !== undefined ? 'another in each store' : only}`);
    }
  }

  /** The tables that both stores have. */
  private async pairs(): Promise<Pair[]> {
    const { left, right, signal } = this.parts;
    const [ours, theirs] = [new NamedTsuids(left.uids), new NamedTsuids(right.uids)];
    const pair = (what: string, from: string, to: string, series: boolean, tell: (side: Side) => (row: Row) => RowText): Pair => ({
      what,
      left: new MetricTable(left, from, series ? left.model.layout : null, ours, tell(left), signal),
      right: new MetricTable(right, to, series ? right.model.layout : null, theirs, tell(right), signal),
    });
    const [a, b] = [left.model.tables, right.model.tables];
    const pairs = [pair('points', a.data.name, b.data.name, true, (side) => (row) => pointsText(row, side.model.merge))];
    for (const [from, to] of rollupTablePairs(left.rollups, right.rollups)) pairs.push(pair(from, from, to, true, () => cellsText));
    if ((await left.storage.tableExists(a.meta.name)) && (await right.storage.tableExists(b.meta.name)))
      pairs.push(pair('metadata', a.meta.name, b.meta.name, false, () => metadataText));
    return pairs;
  }

  private async compareMetric({ what, left, right }: Pair, metric: string): Promise<void> {
    const [ours, theirs] = await Promise.all([left.digests(metric), right.digests(metric)]);
    const differing: number[] = [];
    for (const baseTime of new Set([...ours.keys(), ...theirs.keys()])) {
      const [a, b] = [ours.get(baseTime) ?? new MetricDigest(), theirs.get(baseTime) ?? new MetricDigest()];
      this.outcome.rows += Math.max(a.count, b.count);
      this.outcome.points += Math.max(a.points, b.points);
      if (!a.equals(b)) differing.push(baseTime);
    }
    differing.sort((a, b) => a - b);
    await this.tell({ what, left, right }, metric, new Set(differing.slice(0, TOLD_TIMES)));
    for (const baseTime of differing.slice(TOLD_TIMES)) this.differ(`${what} ${metric} ${timeOf(baseTime)}: differ`);
  }

  /** Tells the rows that differ at some base times. */
  private async tell({ what, left, right }: Pair, metric: string, baseTimes: ReadonlySet<number>): Promise<void> {
    if (baseTimes.size === 0) return;
    const [ours, theirs] = await Promise.all([left, right].map((table) => rowsAt(table, metric, baseTimes)));
    for (const row of new Set([...ours.keys(), ...theirs.keys()])) {
      const [a, b] = [ours.get(row), theirs.get(row)];
      if (a?.text === b?.text) continue;
      const count = (told: RowText | undefined): string => (told === undefined ? 'nothing' : `${told.points} values`);
      this.differ(
        `${what} ${row}: ${count(a)} in the first store, ${count(b)}${a && b && a.points === b.points ? ', other ones,' : ''} in the second`,
      );
    }
  }
}

async function rowsAt(table: MetricTable, metric: string, baseTimes: ReadonlySet<number>): Promise<Map<string, RowText>> {
  const rows = new Map<string, RowText>();
  for await (const { series, baseTime, told } of table.rows(metric))
    if (baseTimes.has(baseTime)) rows.set(baseTime === 0 ? series : `${series} ${timeOf(baseTime)}`, told);
  return rows;
}

const timeOf = (seconds: number): string => new Date(1000 * seconds).toISOString().replace('.000', '');

async function* namesOf({ storage, model, uids }: Side, kind: (typeof UID_KINDS)[number]): AsyncGenerator<string> {
  const table = new UidTable(storage, model.tables.uid.name, kind, model.widths[kind], uids.codec);
  for await (const { name } of table.scan(EVERYTHING, EVERYTHING)) yield name;
}

/** The metadata of a series without its counter, which goes on. */
function metadataText(row: Row): RowText {
  const meta = row.get(META_FAMILY, META_COLUMN);
  return { points: meta === null ? 0 : 1, text: meta === null ? '' : withoutTsuid(meta) };
}
