import { NoSuchRollupError } from '../rollup';
import { DamagedStoreError, StorageError, StoreFullError, ThrottleError, TimeoutError } from '../storage';
import { FailedToAssignUniqueId, NoSuchUniqueName } from '../uid';
import { IllegalArgumentError, IllegalStateError, NumberFormatError } from '../util/errors';
import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import type { IngestCounters } from './counters';
import { LateRefusal } from './late-refusal';

/** A name got no UID because there is none left, or the table contradicts itself. What a UID filter refuses is silent, as in the original. */
const hasNoUid = (error: unknown): error is Error =>
  error instanceof IllegalStateError || (error instanceof FailedToAssignUniqueId && !error.byFilter);

/**
 * The line that telnet says for a point that is refused, without its end; counted. Mirrors the catch blocks of PutDataPointRpc.execute.
 * @returns null: the original says nothing, and leaves the error to the connection
 */
export function refusalLine(command: string, error: unknown, counters: IngestCounters): string | null {
  if (error instanceof LateRefusal) {
    if (error.cause instanceof IllegalArgumentError) counters.illegalArguments++;
    else if (error.cause instanceof NoSuchUniqueName) counters.unknownMetrics++;
    return `${command}: HBase error: ${error.message}`;
  }
  if (error instanceof NoSuchRollupError) {
    counters.illegalArguments++;
    return `${command}: No such rollup: ${error.message}`;
  }
  if (error instanceof NumberFormatError) {
    counters.invalidValues++;
    return `${command}: invalid value: ${error.message}`;
  }
  if (error instanceof IllegalArgumentError) {
    counters.illegalArguments++;
    return `${command}: illegal argument: ${error.message}`;
  }
  if (error instanceof NoSuchUniqueName) {
    counters.unknownMetrics++;
    return `${command}: unknown metric: ${error.message}`;
  }
  return error instanceof StorageError || hasNoUid(error) ? storageRefusalLine(command, error, counters) : null;
}

/**
 * The line for a point that storage did not take, or whose UIDs are not in storage as they should be. Mirrors the error callback of
 * PutDataPointRpc.
 */
export function storageRefusalLine(command: string, error: Error, counters: IngestCounters): string {
  if (error instanceof ThrottleError) return `${command}: Please throttle writes: ${error.message}`;
  counters.hbaseErrors++;
  return `${command}: HBase error: ${error.message}`;
}

/** What `details` of an HTTP request say of a point that is refused; counted. Mirrors PutDataPointRpc.processDataPoint. */
export function refusalDetail(error: unknown, counters: IngestCounters, logger: Log): string {
  if (error instanceof LateRefusal) return refusalDetail(error.cause, counters, logger);
  if (error instanceof NoSuchRollupError) counters.illegalArguments++;
  if (error instanceof NumberFormatError) {
    counters.invalidValues++;
    return 'Unable to parse value to a number';
  }
  if (error instanceof IllegalArgumentError) {
    counters.illegalArguments++;
    return error.message;
  }
  if (error instanceof NoSuchUniqueName) {
    counters.unknownMetrics++;
    return 'Unknown metric';
  }
  if (error instanceof ThrottleError) return 'Please throttle';
  if (error instanceof TimeoutError) return 'Timeout exception';
  if (error instanceof StorageError || hasNoUid(error)) counters.hbaseErrors++;
  if (error instanceof DamagedStoreError || error instanceof StoreFullError) return `Storage exception: ${error.message}`;
  logger.warn(`Unexpected exception while writing a data point: ${messageOf(error)}`);
  if (hasNoUid(error)) return error.message;
  return 'Unexpected exception';
}
