import type { App } from '../app';
import type { ImportSettings } from '../config/settings';
import { buildRowKey, isMilliseconds, MAX_TIMESTAMP_MS, type KeyLayout } from '../schema';
import { IllegalArgumentError, NumberFormatError, type JavaNamed } from '../util/errors';
import { hashMapOrder } from '../util/java-hash-order';
import { javaDoubleToString } from '../util/java-double';
import { parseLong } from '../util/java-long';
import { parseTag, type PointSink, type PointWriter } from '../write';
import { readValueText } from '../write/value-text';
import { ImportRuns } from './import-runs';
import { ImportSeries, importedMilliseconds, type SeriesState } from './import-series';

type Field = 'metric' | 'timestamp' | 'value';

/**
 * A line whose field is wrong before it is a point. The message is what the original's exception says when it ends the run; `skipped`, which
 * names the field, what it logs when it goes on.
 */
export class FieldError extends Error implements JavaNamed {
  private constructor(
    message: string,
    readonly skipped: string,
    readonly javaClass: string,
  ) {
    super(message);
    this.name = 'FieldError';
  }

  /** A value that can be read, and is not allowed. */
  static refused(field: Field, value: string): FieldError {
    const text = `invalid ${field}: ${value}`;
    return new FieldError(text, text, 'java.lang.RuntimeException');
  }

  /** A field that can't be read: the exception's own words, without the field's name. */
  static unreadable(field: Field, { message, javaClass }: NumberFormatError): FieldError {
    return new FieldError(message, `invalid ${field}: ${message}`, javaClass);
  }

  /** A field that the line ends before. @param words how many fields there are */
  static missing(field: Field, index: number, words: number): FieldError {
    const message = `Index ${index} out of bounds for length ${words}`;
    return new FieldError(message, `invalid ${field}: ${message}`, 'java.lang.ArrayIndexOutOfBoundsException');
  }
}

const SPACE = 32;

/**
 * One line of an import file on its way to storage: `metric timestamp value tagk=tagv ...`, no `put` in front.
 * Mirrors TextImporter.importFile for its checks and their order.
 */
export class LineImporter {
  private readonly writer: PointWriter;
  private readonly layout: KeyLayout;
  private readonly series: ImportSeries;
  private readonly runs: ImportRuns;
  private readonly anyOrder: boolean;
  /** Rows are written with one cell where that can be: as the compaction at the end would leave them. */
  private readonly wholeRows: boolean;

  constructor(
    { writer, uids, model, compaction }: Pick<App, 'writer' | 'uids' | 'model' | 'compaction'>,
    { anyOrder, timeZone }: ImportSettings,
    private readonly sink: PointSink,
  ) {
    this.writer = writer;
    this.layout = model.layout;
    this.series = new ImportSeries(uids, model.layout, timeZone);
    // A point that may come twice has to replace the cell of the first.
    this.wholeRows = compaction.enabled && !anyOrder && !model.appends && !model.explicitTimestamps;
    this.runs = new ImportRuns(this.wholeRows ? writer.wholeRows : null, sink);
    this.anyOrder = anyOrder;
  }

  /**
   * @param bytes holds the line from `from` to `to`, without its end
   * @returns undefined when the point is in the write buffer already
   * @throws FieldError, IllegalArgumentError, NumberFormatError, NoSuchUniqueName, ThrottleError (or rejects with them)
   */
  add(bytes: Buffer, from: number, to: number): Promise<void> | undefined {
    return this.fast(bytes, from, to) ? undefined : this.slow(bytes.toString('utf8', from, to));
  }

  /** A series known by its text, a plain timestamp, plain characters: no objects while the series stays the same. */
  private fast(bytes: Buffer, from: number, to: number): boolean {
    const { runs } = this;
    const known = runs.metricEnd(bytes, from, to);
    const metricTo = known >= 0 ? known : bytes.indexOf(SPACE, from);
    if (metricTo < 0 || metricTo >= to) return false;
    let at = metricTo + 1;
    let timestamp = 0;
    for (; at < to && bytes[at] !== SPACE; at++) {
      const digit = bytes[at] - 48;
      if (digit < 0 || digit > 9) return false;
      timestamp = timestamp * 10 + digit;
    }
    const valueFrom = at + 1;
    for (at = valueFrom; at < to && bytes[at] !== SPACE;) at++;
    if (at >= to || timestamp <= 0 || timestamp > MAX_TIMESTAMP_MS) return false;
    let state = known >= 0 ? runs.sameTags(bytes, at, to) : null;
    if (state === null) {
      state = this.series.find(bytes.toString('latin1', from, metricTo) + bytes.toString('latin1', at, to)) ?? null;
      if (state !== null) runs.begin(bytes, from, metricTo, at, to, state);
    }
    const time = importedMilliseconds(timestamp);
    if (state === null || time <= state.last) return false;
    if (!runs.add(bytes, valueFrom, at, timestamp, state) && !this.writer.addLine(bytes, from, to, 'import', this.sink)) return false;
    state.last = time;
    return true;
  }

  private async slow(line: string): Promise<void> {
    const words = line.split(' ');
    const [metric, time, text] = words;
    if (metric === '') throw FieldError.refused('metric', '');
    const timestamp = readTimestamp(time, words.length);
    if (text === undefined) throw FieldError.missing('value', 2, words.length);
    if (text === '') throw FieldError.refused('value', '');
    const tags = new Map<string, string>();
    for (const word of words.slice(3)) if (word !== '') parseTag(tags, word);
    const value = readValueText(text, 'import');
    if (typeof value.number === 'number' && !Number.isFinite(value.number))
      throw new IllegalArgumentError(`value is NaN or Infinite: ${javaDoubleToString(value.number)} for timestamp=${time}`);
    const plain = /^[\x20-\x7e]*$/.test(line);
    const key = metric + line.slice(metric.length + time.length + text.length + 2);
    const state = (plain ? this.series.find(key) : undefined) ?? (tags.size > 0 ? this.series.learn(key, metric, tags) : null);
    const milliseconds = importedMilliseconds(timestamp);
    if (state && isMilliseconds(timestamp) && timestamp > MAX_TIMESTAMP_MS)
      throw await this.series.refusal(state, `bad timestamp=${time}`, value.bytes);
    if (state && milliseconds <= state.last && !this.anyOrder)
      throw await this.series.refusal(state, `New timestamp=${time} is less than or equal to previous=${state.last}`, value.bytes);
    // New names get their UIDs in the order in which the original goes through its map.
    const inOrder = new Map(hashMapOrder(tags.keys()).map((name) => [name, tags.get(name)!]));
    await this.writer.submitPoint({ metric, timestamp, value: text, tags: inOrder }, 'import', this.sink);
    if (!state) return;
    state.last = Math.max(state.last, milliseconds);
    if (this.wholeRows && state.key === null) await this.learnKey(state);
  }

  /** The UIDs of a series of which a point was accepted are known. */
  private async learnKey(state: SeriesState): Promise<void> {
    const { metric, pairs } = await this.writer.assign(state);
    state.key = buildRowKey(this.layout, metric, 0, pairs);
  }
}

function readTimestamp(text: string | undefined, words: number): number {
  if (text === undefined) throw FieldError.missing('timestamp', 1, words);
  let timestamp: number;
  try {
    timestamp = Number(parseLong(text));
  } catch (e) {
    if (e instanceof NumberFormatError) throw FieldError.unreadable('timestamp', e);
    throw e;
  }
  if (timestamp <= 0) throw FieldError.refused('timestamp', String(timestamp));
  return timestamp;
}
