import { NoSuchUniqueName } from '../../uid';
import { StorageError, ThrottleError } from '../../storage';
import { narrow } from '../../schema';
import { IllegalArgumentError, NumberFormatError } from '../../util/errors';
import { parseLong } from '../../util/java-long';
import { parseTag, type PointSink, type TimedPoint } from '../../write';
import type { Tsd } from '../context';

/** What a put line did. `reply` null: nothing to say; `rethrow`: the original has no answer for it and lets the connection's handler count it. */
export interface PutOutcome {
  reply: string | null;
  rethrow: unknown;
}

/** Reads the words of a put line. Mirrors PutDataPointRpc.importDataPoint, checks in its order. @throws IllegalArgumentError, NumberFormatError */
export function readPut(words: readonly string[]): TimedPoint {
  if (words.length < 5) throw new IllegalArgumentError(`not enough arguments (need least 4, got ${words.length - 1})`);
  const [, metric, time, value] = words;
  if (metric === '') throw new IllegalArgumentError('empty metric name');
  const timestamp = narrow(parseLong(time.includes('.') ? time.replaceAll('.', '') : time));
  if (timestamp <= 0) throw new IllegalArgumentError(`invalid timestamp: ${timestamp}`);
  if (value === '') throw new IllegalArgumentError('empty value');
  const tags = new Map<string, string>();
  for (let i = 4; i < words.length; i++) if (words[i] !== '') parseTag(tags, words[i]);
  return { metric, timestamp, value, tags };
}

/**
 * The long way of a put line: every check, with the original's words.
 * @returns null when the point is in the write buffer, else how it ends
 */
export function put(tsd: Tsd, words: readonly string[], sink: PointSink): Promise<PutOutcome> | PutOutcome | null {
  try {
    const submitted = tsd.writer.submitPoint(readPut(words), 'telnet', sink);
    if (submitted === undefined) return null;
    return submitted.then(
      () => ({ reply: null, rethrow: null }),
      (error: unknown) => outcomeOf(tsd, 'put', error),
    );
  } catch (error) {
    return outcomeOf(tsd, 'put', error);
  }
}

/** The line for an error, counted. Mirrors the catch blocks of PutDataPointRpc.execute. */
export function outcomeOf(tsd: Tsd, command: string, error: unknown): PutOutcome {
  const { put: counters } = tsd.counters;
  const say = (text: string): PutOutcome => ({ reply: `${command}: ${text}\n`, rethrow: null });
  if (error instanceof NumberFormatError) {
    counters.invalidValues++;
    return say(`invalid value: ${error.message}`);
  }
  if (error instanceof IllegalArgumentError) {
    counters.illegalArguments++;
    return say(`illegal argument: ${error.message}`);
  }
  if (error instanceof NoSuchUniqueName) {
    counters.unknownMetrics++;
    return say(`unknown metric: ${error.message}`);
  }
  if (error instanceof StorageError) return storageOutcome(tsd, command, error);
  return { reply: null, rethrow: error };
}

/** The line for a point that storage did not take. Mirrors the error callback of PutDataPointRpc. */
export function storageOutcome(tsd: Tsd, command: string, error: StorageError): PutOutcome {
  if (error instanceof ThrottleError) return { reply: `${command}: Please throttle writes: ${error.message}\n`, rethrow: null };
  tsd.counters.put.hbaseErrors++;
  return { reply: `${command}: HBase error: ${error.message}\n`, rethrow: null };
}
