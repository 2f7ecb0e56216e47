import { narrow } from '../../schema';
import { IllegalArgumentError } from '../../util/errors';
import { parseLong } from '../../util/java-long';
import { parseTag, type TimedPoint } from '../../write';

/** Reads the words of a put line. Mirrors PutDataPointRpc.importDataPoint, checks in its order. @throws IllegalArgumentError, NumberFormatError */
export function readPut(words: readonly string[]): TimedPoint {
  if (words.length < 5) throw new IllegalArgumentError(`not enough arguments (need least 4, got ${words.length - 1})`);
  return readSeries(words, 3);
}

/**
 * Metric, time, value and tags of a line.
 * @param valueAt place of the value: tags are behind it
 * @param valueName what messages call the value
 * @throws IllegalArgumentError, NumberFormatError
 */
export function readSeries(words: readonly string[], valueAt: number, valueName = 'value'): TimedPoint {
  const [, metric, time] = words;
  const value = words[valueAt];
  if (metric === '') throw new IllegalArgumentError('empty metric name');
  const timestamp = narrow(parseLong(time.includes('.') ? time.replaceAll('.', '') : time));
  if (timestamp <= 0) throw new IllegalArgumentError(`invalid timestamp: ${timestamp}`);
  if (value === '') throw new IllegalArgumentError(`empty ${valueName}`);
  const tags = new Map<string, string>();
  for (let i = valueAt + 1; i < words.length; i++) if (words[i] !== '') parseTag(tags, words[i]);
  return { metric, timestamp, value, tags };
}
