import { DATA_FAMILY, type KeyLayout } from '../../schema';
import type { CellTimes, PointSource, RowReader } from './point-source';
import type { RowSpan } from './row-span';

/** A table of which nothing is read: that of rollups, when histograms are asked for. */
export class NothingOf implements PointSource {
  readonly family = DATA_FAMILY;

  constructor(
    readonly table: string,
    readonly layout: KeyLayout,
    readonly rowSpan: RowSpan,
  ) {}

  cellTimes(): CellTimes | undefined {
    return undefined;
  }

  newReader(): RowReader {
    return {
      bytes: 0,
      findings: { duplicatesSame: 0, duplicatesDifferent: 0, warnings: [], merged: 0 },
      estimate: () => 0,
      read: () => false,
    };
  }
}
