import { baseTimeOfKey } from '../../schema';
import type { Row } from '../../storage';
import { javaDoubleToString } from '../../util/java-double';
import type { ReadBudget } from '../plan';
import { integerAt, isIntegerAt, PointsBuilder } from '../series';
import { POINTS_ALONE, type PointSource, type RowReader } from '../source';

/** A point as it is told. */
export interface LastValue {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly value: string;
}

/** Reads the last point out of rows, one after the other, and counts what was read. */
export class LastValues {
  private readonly points = new PointsBuilder();
  private readonly reader: RowReader;

  constructor(
    private readonly source: PointSource,
    private readonly budget: ReadBudget,
  ) {
    this.reader = source.newReader(POINTS_ALONE);
  }

  /** The last point of a row; null: it has none, but annotations, say. @throws ClientError 413 */
  of(row: Row): LastValue | null {
    const { source, budget, reader, points } = this;
    budget.dataPoints += reader.estimate(row);
    budget.bytes = reader.bytes;
    budget.check();
    points.truncate(0);
    reader.read(row, baseTimeOfKey(source.layout, row.key), points);
    const last = points.size - 1;
    if (last < 0) return null;
    const value = isIntegerAt(points, last) ? String(integerAt(points, last)) : javaDoubleToString(points.values[last]);
    return { timestamp: points.timestamps[last], value };
  }

  release(): void {
    this.points.release();
  }
}
