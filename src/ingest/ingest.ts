import type { Log } from '../util/log';
import type { PointSink, PointWriter } from '../write';
import type { IngestCounters } from './counters';
import { HistogramCommand } from './histogram-command';
import { PutCommand } from './put/put-command';
import { RollupCommand } from './rollup-command';
import type { IngestCommand } from './types';

/** The commands that bring points, with what they share. */
export class Ingest {
  readonly put: PutCommand;
  /** In the order in which the original lists them. */
  readonly commands: readonly IngestCommand[];
  /** For all requests that don't wait: failures are counted, and nobody is told. */
  readonly counting: PointSink;

  constructor(
    readonly writer: PointWriter,
    readonly counters: IngestCounters,
    readonly logger: Log,
  ) {
    this.put = new PutCommand(writer);
    this.commands = [this.put, new RollupCommand(), new HistogramCommand()];
    this.counting = { failed: (_error, points) => void (counters.hbaseErrors += points) };
  }
}
