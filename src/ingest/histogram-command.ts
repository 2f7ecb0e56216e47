import { ClientError, IllegalArgumentError } from '../util/errors';
import type { IngestCommand, PointBatch } from './types';

const NOT_ENABLED = "Histogram storage has not been enabled. Check the 'tsd.core.histograms.config' configuration.";

/** `histogram`, as long as no codecs are configured: nothing of a line or a request is even looked at. Mirrors HistogramDataPointRpc. */
export class HistogramCommand implements IngestCommand {
  readonly name = 'histogram';

  addWords(): never {
    throw new IllegalArgumentError(NOT_ENABLED);
  }

  checkConfigured(): never {
    throw new ClientError(503, NOT_ENABLED);
  }

  readBody(): Promise<PointBatch> {
    return this.checkConfigured();
  }
}
