import type { HistogramCodecs } from '../../histogram';
import { ClientError, IllegalArgumentError } from '../../util/errors';
import { messageOf } from '../../util/message-of';
import type { PointSink, PointWriter } from '../../write';
import { LateRefusal } from '../late-refusal';
import { readSeries } from '../put/put-line';
import type { IngestCommand, PointBatch } from '../types';
import { UnansweredError } from '../unanswered';
import { parseBase64 } from './base64';
import { parseBuckets } from './bucket-text';
import { HistogramBatch } from './histogram-batch';
import { HistogramIntake } from './histogram-intake';
import { readHistograms } from './sent-histogram';

const NOT_ENABLED = "Histogram storage has not been enabled. Check the 'tsd.core.histograms.config' configuration.";
const LEAST_WORDS = 5;
/** Place of the codec's id or, without one, of the buckets. */
const VALUE_WORD = 3;

/** Histograms. Mirrors HistogramDataPointRpc. */
export class HistogramCommand implements IngestCommand {
  readonly name = 'histogram';
  private readonly intake: HistogramIntake | null;

  /** @param codecs null: none are configured, and nothing of a line or a request is even looked at */
  constructor(writer: PointWriter, codecs: HistogramCodecs | null, dataTable: string) {
    this.intake = codecs && new HistogramIntake(writer, codecs, dataTable);
  }

  /** @throws IllegalArgumentError, NumberFormatError, LateRefusal; UnansweredError for buckets that can't be read */
  addWords(words: readonly string[], sink: PointSink): Promise<void> | undefined {
    const { intake } = this;
    if (intake === null) throw new IllegalArgumentError(NOT_ENABLED);
    if (words.length < LEAST_WORDS) throw new IllegalArgumentError(`not enough arguments (need least 5, got ${words.length - 1})`);
    const id = intOf(words[VALUE_WORD]);
    const { value, ...series } = readSeries(words, id === null ? VALUE_WORD : VALUE_WORD + 1, 'histogram value');
    const simple = id === null ? bucketsOf(value) : null;
    return late(() =>
      simple === null ? intake.addBytes(series, id ?? 0, parseBase64(value), sink) : intake.addSimple(series, simple, sink),
    );
  }

  checkConfigured(): void {
    if (this.intake === null) throw new ClientError(503, NOT_ENABLED);
  }

  async readBody(body: Buffer, most: number): Promise<PointBatch> {
    if (this.intake === null) throw new ClientError(503, NOT_ENABLED);
    return new HistogramBatch(this.intake, await readHistograms(body, most));
  }
}

/** Java's Integer.parseInt; null where that throws. */
function intOf(text: string): number | null {
  if (!/^[-+]?[0-9]+$/.test(text)) return null;
  const value = Number(text);
  return value === (value | 0) ? value : null;
}

function bucketsOf(text: string): ReturnType<typeof parseBuckets> {
  try {
    return parseBuckets(text);
  } catch (cause) {
    throw new UnansweredError(`Histogram buckets can't be read: ${messageOf(cause)}`, { cause });
  }
}

/** What the original finds wrong when it is on its way to storage. */
function late(add: () => Promise<void> | undefined): Promise<void> | undefined {
  try {
    return add()?.catch(refuse);
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  throw error instanceof Error && !('table' in error) ? new LateRefusal(error) : error;
}
