import type { TrackingSettings } from '../config/settings/meta';
import { PackedCells, type Row, type Storage } from '../storage';
import { COUNTER_COLUMN, META_COLUMN, META_FAMILY } from './series-table';
import { NO_SIBLINGS, type Siblings } from '../workers';
import type { TsMetas } from './ts-metas';

/** A series, and its points that are not counted yet. */
export interface Uncounted {
  readonly tsuid: Buffer;
  readonly points: number;
}

const ONE = counterOf(1);

function counterOf(points: number): Buffer {
  const value = Buffer.alloc(8);
  value.writeBigInt64BE(BigInt(points));
  return value;
}

/** What tracking writes to the meta table. */
export class CounterWrites {
  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly tsMetas: TsMetas,
    private readonly settings: Pick<TrackingSettings, 'creates' | 'counts'>,
    private readonly siblings: Siblings = NO_SIBLINGS,
  ) {}

  /**
   * Series that this TSD has not seen before: those that the table does not have, either, get a counter, or metadata, as the settings want it, in
   * one write. Between two TSDs that meet a series in the same moment the first points of one may be missing from its counter; the workers of one
   * do it one after the other.
   * @returns by series: whether it is new, and whether its points are counted now
   * @throws StorageError
   */
  first(series: readonly Uncounted[]): Promise<{ isNew: boolean; counted: boolean }[]> {
    return this.siblings.alone('series met', () => this.meet(series));
  }

  private async meet(series: readonly Uncounted[]): Promise<{ isNew: boolean; counted: boolean }[]> {
    const qualifiers = [META_COLUMN, COUNTER_COLUMN];
    const rows = await this.storage.multiGet(
      this.table,
      series.map(({ tsuid }) => ({ row: tsuid, family: META_FAMILY, qualifiers })),
    );
    const { creates, counts } = this.settings;
    const puts: { row: Buffer; cells: PackedCells }[] = [];
    const outcome = series.map(({ tsuid, points }, i) => {
      const uncounted = (creates ? counts : true) && !isCounted(rows[i]);
      const unknown = creates && !(rows[i]?.get(META_FAMILY, META_COLUMN) ?? null);
      // A counter without metadata is a series whose metadata somebody has removed: points don't bring them back where they are counted.
      const isNew = unknown && (counts ? uncounted : true);
      const cells = new PackedCells();
      if (uncounted) cells.add(COUNTER_COLUMN, counts ? counterOf(points) : ONE);
      if (isNew) cells.add(META_COLUMN, this.tsMetas.blank(tsuid));
      if (cells.count > 0) puts.push({ row: tsuid, cells });
      return { isNew, counted: uncounted || !counts };
    });
    await this.put(puts);
    return outcome;
  }

  /** A series that was seen before has had points. @returns whether it is new, as the original tells it @throws StorageError */
  async more({ tsuid, points }: Uncounted): Promise<boolean> {
    const { creates, counts } = this.settings;
    if (!creates) {
      await this.put([{ row: tsuid, cells: PackedCells.of(COUNTER_COLUMN, ONE) }]);
      return false;
    }
    const isNew = counts ? (await this.increment(tsuid, points)) <= BigInt(points) : !(await this.tsMetas.exists(tsuid));
    if (isNew) await this.put([{ row: tsuid, cells: PackedCells.of(META_COLUMN, this.tsMetas.blank(tsuid)) }]);
    return isNew;
  }

  private increment(tsuid: Buffer, points: number): Promise<bigint> {
    return this.storage.increment(this.table, tsuid, META_FAMILY, COUNTER_COLUMN, BigInt(points));
  }

  private async put(rows: readonly { row: Buffer; cells: PackedCells }[]): Promise<void> {
    if (rows.length === 0) return;
    const [failure] = await this.storage.put(this.table, META_FAMILY, rows);
    if (failure !== undefined) throw failure.error;
  }
}

function isCounted(row: Row | null): boolean {
  const counter = row?.get(META_FAMILY, COUNTER_COLUMN) ?? null;
  return counter !== null && counter.length === 8 && counter.readBigInt64BE() > 0n;
}
