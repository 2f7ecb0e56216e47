import type { HistogramCodecs, SimpleHistogram } from '../../histogram';
import { histogramColumn } from '../../schema';
import { checkTimestamp, type DataPointFilter, type PointSink, type PointWriter, type SeriesCell } from '../../write';

/** What a histogram belongs to. */
export interface HistogramSeries {
  readonly metric: string;
  /** Seconds or milliseconds. */
  readonly timestamp: number | bigint;
  readonly tags: ReadonlyMap<string, string>;
}

/** Takes histograms from whichever protocol, checks them and hands their cells to the write path. Mirrors TSDB.addHistogramPoint. */
export class HistogramIntake {
  /** @param table the data table's name */
  constructor(
    private readonly writer: PointWriter,
    private readonly codecs: HistogramCodecs,
    private readonly table: string,
  ) {}

  /** What is stored is what the codec has understood. @param bytes without the id @throws IllegalArgumentError */
  addBytes(series: HistogramSeries, id: number, bytes: Buffer, sink: PointSink): Promise<void> | undefined {
    return this.add(series, this.codecs.encodeCell(id, this.codecs.decode(id, bytes)), sink);
  }

  /** @throws IllegalArgumentError */
  addSimple(series: HistogramSeries, histogram: SimpleHistogram, sink: PointSink): Promise<void> | undefined {
    return this.add(series, this.codecs.encodeCell(this.codecs.simpleId, histogram), sink);
  }

  private add(series: HistogramSeries, value: Buffer, sink: PointSink): Promise<void> | undefined {
    const { metric, tags, timestamp } = series;
    checkTimestamp(series, { bytes: value, flags: 0 });
    this.writer.checkSeries(metric, tags);
    const time = Number(timestamp);
    const cell: SeriesCell = { metric, tags, table: this.table, ...histogramColumn(time), value };
    const seen = { metric, timestamp: time, value, tags };
    const ask = (filter: DataPointFilter): boolean | Promise<boolean> =>
      filter.filterHistogramPoints?.() !== true || (filter.allowHistogramPoint?.(seen) ?? true);
    return this.writer.submitCell(cell, { kind: 'raw', ask }, sink);
  }
}
