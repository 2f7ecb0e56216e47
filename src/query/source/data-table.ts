import { DATA_FAMILY, decodeAnnotation, MAX_TIMESPAN, type Annotation, type KeyLayout, type MergeOptions } from '../../schema';
// Not by the room's door: its getters cost more than the work where they are called once a cell.
import { isMsByte } from '../../schema/qualifier';
import type { Row } from '../../storage';
import { ClientError } from '../../util/errors';
import type { PointsBuilder } from '../series';
import type { CellTimes, PointSource, RowReader } from './point-source';
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

  abstract newReader(onAnnotation: (note: Annotation) => void): RowReader;
}

/** The points of the data table, as they were written. */
export class RawPoints extends DataTableSource {
  newReader(onAnnotation: (note: Annotation) => void): RowReader {
    return new PointReader(this.data.merge, onAnnotation, null);
  }
}

/** The histograms of the data table; they can't be read yet, so that of the rows that have none annotations remain. */
export class Histograms extends DataTableSource {
  newReader(onAnnotation: (note: Annotation) => void): RowReader {
    return new HistogramReader(this.data.merge, onAnnotation);
  }
}

class PointReader implements RowReader {
  bytes = 0;
  private readonly decoder: RowDecoder;

  constructor(merge: Readonly<MergeOptions>, onAnnotation: (note: Annotation) => void, onHistogram: (() => void) | null) {
    this.decoder = new RowDecoder(merge, (row, cell, kind) => {
      if (kind === 'annotation') onAnnotation(decodeAnnotation(row.value(cell)));
      else if (kind === 'histogram') onHistogram?.();
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
  constructor(merge: Readonly<MergeOptions>, onAnnotation: (note: Annotation) => void) {
    super(merge, onAnnotation, () => {
      throw new ClientError(501, 'Histogram columns can not be queried');
    });
  }

  override read(row: Row, baseTime: number, points: PointsBuilder): boolean {
    const before = points.size;
    const untidy = super.read(row, baseTime, points);
    points.truncate(before);
    return untidy;
  }
}
