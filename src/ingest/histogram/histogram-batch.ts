import { javaJsonString } from '../../schema';
import { IllegalArgumentError } from '../../util/errors';
import type { PointSink } from '../../write';
import { checkSeries, pointJson } from '../put/sent-point';
import type { PointBatch } from '../types';
import { parseBase64 } from './base64';
import { histogramOf } from './bucket-text';
import type { HistogramIntake } from './histogram-intake';
import type { SentHistogram } from './sent-histogram';

const MAX_ID = 255;

/** The histograms of one body. Mirrors HistogramPojo. */
export class HistogramBatch implements PointBatch {
  constructor(
    private readonly intake: HistogramIntake,
    private readonly points: readonly (SentHistogram | null)[],
  ) {}

  get size(): number {
    return this.points.length;
  }

  addBytes(): boolean {
    return false;
  }

  lookAhead(): null {
    return null;
  }

  /** @throws IllegalArgumentError, NumberFormatError, NoSuchUniqueName, StorageError */
  add(index: number, sink: PointSink): Promise<void> | undefined {
    const sent = this.points[index];
    const series = checkSeries(sent);
    const { value, buckets, id } = sent as SentHistogram;
    if (value) {
      if (id < 0 || id > MAX_ID) throw new IllegalArgumentError(`Invalid type. Must be from 0 to ${MAX_ID}.`);
      return this.intake.addBytes(series, id, parseBase64(value), sink);
    }
    if (!buckets || buckets.size === 0) throw new IllegalArgumentError("Histogram buckets cannot be null or empty if 'value' is empty.");
    return this.intake.addSimple(series, histogramOf({ ...(sent as SentHistogram), buckets }), sink);
  }

  toJson(index: number): string {
    const sent = this.points[index];
    if (sent === null) return 'null';
    const { id, buckets, underflow, overflow } = sent;
    const members = [`"id":${id}`];
    if (buckets) members.push(`"buckets":{${[...buckets].map(([bounds, count]) => `${javaJsonString(bounds)}:${count}`).join(',')}}`);
    members.push(`"underflow":${underflow}`, `"overflow":${overflow}`);
    return pointJson(sent, {}, members);
  }

  release(): void {}
}
