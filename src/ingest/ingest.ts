import type { HistogramCodecs } from '../histogram';
import type { Rollups } from '../rollup';
import type { Log } from '../util/log';
import type { PointSink, PointWriter } from '../write';
import type { IngestCounters } from './counters';
import { HistogramCommand } from './histogram/histogram-command';
import { PutCommand } from './put/put-command';
import { RollupCommand } from './rollup/rollup-command';
import type { IngestCommand } from './types';

/** What the commands write with. */
export interface IngestParts {
  readonly writer: PointWriter;
  /** Null: none are configured. */
  readonly rollups: Rollups | null;
  readonly histograms: HistogramCodecs | null;
  /** Where histograms go. */
  readonly dataTable: string;
}

/** The commands that bring points, with what they share. */
export class Ingest {
  readonly put: PutCommand;
  /** In the order in which the original lists them. */
  readonly commands: readonly IngestCommand[];
  /** For all requests that don't wait: failures are counted, and nobody is told. */
  readonly counting: PointSink;

  readonly writer: PointWriter;

  constructor(
    { writer, rollups, histograms, dataTable }: IngestParts,
    readonly counters: IngestCounters,
    readonly logger: Log,
  ) {
    this.writer = writer;
    this.put = new PutCommand(writer);
    this.commands = [this.put, new RollupCommand(writer, rollups), new HistogramCommand(writer, histograms, dataTable)];
    this.counting = { failed: (_error, points) => void (counters.hbaseErrors += points) };
  }
}
