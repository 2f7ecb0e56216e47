import type { ValidSubQuery } from '../specification';
import { Histograms, RawPoints, type DataTable } from './data-table';
import type { PointSource } from './point-source';

/** All sources of a store, and which of them a sub-query reads. */
export class Sources {
  private readonly points: PointSource;
  private readonly histograms: PointSource;

  constructor(data: DataTable) {
    this.points = new RawPoints(data);
    this.histograms = new Histograms(data);
  }

  of({ histogram }: ValidSubQuery): PointSource {
    return histogram ? this.histograms : this.points;
  }
}
