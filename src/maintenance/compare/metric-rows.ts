import { allSalts, baseTimeOfKey, IllegalArgumentError, keysWithPrefix, tsuidOfKey, type KeyLayout } from '../../schema';
import type { Row } from '../../storage';
import { NoSuchUniqueName } from '../../uid';
import type { Side } from '../copy/migration';
import { Digest } from './digest';
import type { RowText } from './row-text';
import type { NamedTsuids } from './series-names';

/** A row of a metric, as it is compared. */
export interface MetricRow {
  /** `metric{tagk=tagv}` */
  readonly series: string;
  /** Seconds; 0 in a table without times. */
  readonly baseTime: number;
  readonly told: RowText;
}

/** One table of one store, read metric by metric. */
export class MetricTable {
  /**
   * @param layout of the keys; null: they are TSUIDs
   * @param tell what a row says
   */
  constructor(
    private readonly side: Side,
    private readonly table: string,
    private readonly layout: KeyLayout | null,
    private readonly names: NamedTsuids,
    private readonly tell: (row: Row) => RowText,
    private readonly signal?: AbortSignal,
  ) {}

  /** The rows of a metric; none when it is unknown here. @throws StorageError */
  async *rows(metric: string): AsyncGenerator<MetricRow> {
    const { storage, uids } = this.side;
    const id = await uids.getId('metrics', metric).catch((error: unknown) => {
      if (error instanceof NoSuchUniqueName) return null;
      throw error;
    });
    if (id === null) return;
    for (const salt of this.layout === null ? [Buffer.alloc(0)] : allSalts(this.layout)) {
      const range = keysWithPrefix(Buffer.concat([salt, id]));
      for await (const rows of storage.scan(this.table, { ...range, signal: this.signal })) yield* await this.tellAll(rows);
    }
  }

  private async tellAll(rows: readonly Row[]): Promise<MetricRow[]> {
    const whole = rows.flatMap((row) => {
      const tsuid = this.tsuidOf(row);
      return tsuid === null ? [] : [{ row, tsuid }];
    });
    const names = await this.names.of(whole.map(({ tsuid }) => tsuid));
    return whole.map(({ row }, i) => ({
      series: names[i],
      baseTime: this.layout === null ? 0 : baseTimeOfKey(this.layout, row.key),
      told: this.tell(row),
    }));
  }

  /** Null: the key is none; fsck's business. */
  private tsuidOf({ key }: Row): Buffer | null {
    if (this.layout === null) return key;
    try {
      return tsuidOfKey(this.layout, key);
    } catch (error) {
      if (error instanceof IllegalArgumentError) return null;
      throw error;
    }
  }

  /** What the rows of a metric come to, by their base times. @throws StorageError */
  async digests(metric: string): Promise<Map<number, MetricDigest>> {
    const digests = new Map<number, MetricDigest>();
    for await (const { series, baseTime, told } of this.rows(metric)) {
      let digest = digests.get(baseTime);
      if (digest === undefined) digests.set(baseTime, (digest = new MetricDigest()));
      digest.points += told.points;
      digest.add(`${series}\n${told.text}`);
    }
    return digests;
  }
}

/** The rows of a metric with one base time. */
export class MetricDigest extends Digest {
  points = 0;
}
