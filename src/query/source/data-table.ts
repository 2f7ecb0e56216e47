import type { Histogram, HistogramCodecs } from '../../histogram';
import {
  DATA_FAMILY,
  decodeAnnotation,
  describeCell,
  extendedOffsetMs,
  MAX_TIMESPAN,
  type KeyLayout,
  type MergeOptions,
  type StoredRow,
} from '../../schema';
// Not by the room's door: its getters cost more than the work where they are called once a cell.
import { isMsByte } from '../../schema/qualifier';
import type { Row } from '../../storage';
import { ClientError } from '../../util/errors';
import { messageOf } from '../../util/message-of';
import type { PointsBuilder } from '../series';
import type { CellTimes, PointSource, RowReader, RowVisitor } from './point-source';
import { RowDecoder, type DecodeFindings } from './row-decoder';
import { fixedRowSpan } from './row-span';

/** The data table as queries see it. */
export interface DataTable {
  readonly table: string;
  readonly layout: KeyLayout;
  readonly merge: Readonly<MergeOptions>;
  /** Milliseconds since the epoch: cells from then on carry the time of their points, if they do so at all. */
  readonly dateTieredSince: number;
}

abstract class DataTableSource implements PointSource {
  readonly family = DATA_FAMILY;
  readonly rowSpan = fixedRowSpan(MAX_TIMESPAN);
  readonly table: string;
  readonly layout: KeyLayout;

  constructor(protected readonly data: DataTable) {
    this.table = data.table;
    this.layout = data.layout;
  }

  cellTimes(start: number, end: number): CellTimes | undefined {
    const { merge, dateTieredSince } = this.data;
    return merge.dateTiered && dateTieredSince <= start * 1000 ? { min: start * 1000, max: end * 1000 } : undefined;
  }

  abstract newReader(visitor: RowVisitor): RowReader;
}

/** The points of the data table, as they were written. */
export class RawPoints extends DataTableSource {
  newReader(visitor: RowVisitor): RowReader {
    return new PointReader(this.data.merge, visitor, null);
  }
}

/** The histograms of the data table; of its points nothing is left. */
export class Histograms extends DataTableSource {
  /** @param codecs null: they can't be read */
  constructor(
    data: DataTable,
    private readonly codecs: HistogramCodecs | null,
  ) {
    super(data);
  }

  newReader(visitor: RowVisitor): RowReader {
    return new HistogramReader(this.data.merge, visitor, this.codecs);
  }
}

/** Told of a histogram's cell. */
type CellVisitor = (row: StoredRow, cell: number) => void;

class PointReader implements RowReader {
  bytes = 0;
  private readonly decoder: RowDecoder;

  constructor(merge: Readonly<MergeOptions>, visitor: RowVisitor, onHistogram: CellVisitor | null) {
    this.decoder = new RowDecoder(merge, (row, cell, kind) => {
      if (kind === 'annotation') visitor.annotation(decodeAnnotation(row.value(cell)));
      else if (kind === 'histogram') onHistogram?.(row, cell);
    });
  }

  get findings(): DecodeFindings {
    return this.decoder.findings;
  }

  estimate(row: Row): number {
    const { data } = row.block;
    let bytes = 0;
    let points = 0;
    for (let i = 0; i < row.size; i++) {
      const length = row.qualifierLength(i);
      bytes += row.key.length + length + row.valueLength(i);
      if ((length & 1) === 0) points += isMsByte(data[row.qualifierOffset(i)]) ? length >>> 2 : length >>> 1;
    }
    this.bytes += bytes;
    return points;
  }

  read(row: Row, baseTime: number, points: PointsBuilder): boolean {
    return this.decoder.decode(row, baseTime, points);
  }
}

class HistogramReader extends PointReader {
  /** Of the row that is being read, milliseconds. */
  private baseMs = 0;

  constructor(merge: Readonly<MergeOptions>, visitor: RowVisitor, codecs: HistogramCodecs | null) {
    super(merge, visitor, (row, cell) => {
      if (codecs === null) throw new ClientError(501, 'Histogram columns can not be queried');
      const value = row.value(cell);
      const histogram = this.decoded(codecs, row, cell);
      if (histogram !== null) visitor.histogram(this.baseMs + extendedOffsetMs(row.qualifier(cell)), histogram, value.length);
    });
  }

  /** Null: it can't be read, and the others are shown without it, as in the original. */
  private decoded(codecs: HistogramCodecs, row: StoredRow, cell: number): Histogram | null {
    const [qualifier, value] = [row.qualifier(cell), row.value(cell)];
    try {
      return codecs.decodeCell(value);
    } catch (error) {
      const text = describeCell(row.key, qualifier, value, row.timestamp(cell));
      this.findings.warnings.push(`A histogram can't be read: ${messageOf(error)}: ${text}`);
      return null;
    }
  }

  override read(row: Row, baseTime: number, points: PointsBuilder): boolean {
    this.baseMs = baseTime * 1000;
    const before = points.size;
    const untidy = super.read(row, baseTime, points);
    points.truncate(before);
    return untidy;
  }
}
