import { IllegalArgumentError as CodecArgumentError } from '../../schema';
import { StorageError, ThrottleError, TimeoutError } from '../../storage';
import { NoSuchUniqueName } from '../../uid';
import { IllegalArgumentError, NumberFormatError } from '../../util/errors';
import type { PointSink } from '../../write';
import type { Tsd } from '../context';
import type { PutCounters } from '../counters';
import { METRIC, VALUE, type IncomingPoint, type PutBody } from './put-body';
import { PLAIN } from './put-scanner';

/** The short way of a point: its bytes go straight to a cell. @returns false: nothing was done, take the long way */
export function putBytes(tsd: Tsd, body: PutBody, point: number, sink: PointSink): boolean {
  const builder = tsd.writer.builder;
  const bytes = body.body;
  const tags = body.tagsOf(point);
  if (tags <= 0 || body.place(point, METRIC + 2) !== PLAIN || body.place(point, VALUE + 2) !== PLAIN) return false;
  if (!builder.begin(bytes, body.place(point, METRIC), body.place(point, METRIC + 1))) return false;
  for (let i = 0; i < tags; i++) {
    if (body.tagPlace(point, i, 2) !== PLAIN || body.tagPlace(point, i, 5) !== PLAIN) return false;
    const keyFrom = body.tagPlace(point, i, 0);
    const valueFrom = body.tagPlace(point, i, 3);
    if (!builder.tag(bytes, keyFrom, body.tagPlace(point, i, 1), valueFrom, body.tagPlace(point, i, 4))) return false;
  }
  return builder.finish(bytes, body.place(point, VALUE), body.place(point, VALUE + 1), body.timestampOf(point), 'http', sink);
}

/**
 * The long way: every check, in the original's order. Mirrors PutDataPointRpc.processDataPoint.
 * @returns what `details` says when the point is refused; null when it went into the buffer
 */
export async function putText(tsd: Tsd, point: IncomingPoint | null, sink: PointSink): Promise<string | null> {
  const counters = tsd.counters.put;
  if (point === null) return illegal(counters, 'Unexpected null datapoint encountered in set.');
  if (!point.metric) return illegal(counters, 'Metric name was empty');
  if (point.timestamp <= 0) return illegal(counters, 'Invalid timestamp');
  if (!point.value) return illegal(counters, 'Empty value');
  if (point.tags === null || point.tags.size === 0) return illegal(counters, 'Missing tags');
  const { metric, timestamp, value } = point;
  try {
    // A null tag value is refused by the same check as an empty one.
    await tsd.writer.submitPoint({ metric, timestamp, value, tags: point.tags as Map<string, string> }, 'http', sink);
    return null;
  } catch (error) {
    return refusal(tsd, error);
  }
}

function illegal(counters: PutCounters, message: string): string {
  counters.illegalArguments++;
  return message;
}

function refusal(tsd: Tsd, error: unknown): string {
  const counters = tsd.counters.put;
  if (error instanceof NumberFormatError) {
    counters.invalidValues++;
    return 'Unable to parse value to a number';
  }
  if (error instanceof IllegalArgumentError || error instanceof CodecArgumentError) return illegal(counters, error.message);
  if (error instanceof NoSuchUniqueName) {
    counters.unknownMetrics++;
    return 'Unknown metric';
  }
  if (error instanceof ThrottleError) return 'Please throttle';
  if (error instanceof TimeoutError) return 'Timeout exception';
  if (error instanceof StorageError) counters.hbaseErrors++;
  tsd.logger.warn(`Unexpected exception while writing a data point: ${error instanceof Error ? error.message : String(error)}`);
  return 'Unexpected exception';
}
