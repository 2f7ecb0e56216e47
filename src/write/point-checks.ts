import { javaBytes, MAX_TIMESTAMP_MS, isMilliseconds, type EncodedValue } from '../schema';
import type { NameValidator } from '../uid';
import { IllegalArgumentError } from '../util/errors';
import { hashMapOrder } from '../util/java-hash-order';
import { javaDoubleToString } from '../util/java-double';
import { showTags } from './tags-text';
import type { TimedPoint } from './types';
import type { ReadValue } from './value-text';

/**
 * What the original asks of a point before anything is looked up, in its order: a finite value, a timestamp in range, the number of tags,
 * the names. Mirrors TSDB.addPoint and IncomingDataPoints.checkMetricAndTags; messages are theirs.
 * @throws IllegalArgumentError
 */
export function checkPoint(point: TimedPoint, value: ReadValue, maxTags: number, names: NameValidator): void {
  checkFinite(point, value);
  checkTimestamp(point, value);
  checkTags(point.metric, point.tags, maxTags, names);
}

/** @throws IllegalArgumentError */
export function checkFinite({ metric, timestamp }: Pick<TimedPoint, 'metric' | 'timestamp'>, { number }: ReadValue): void {
  if (typeof number !== 'number' || Number.isFinite(number)) return;
  throw new IllegalArgumentError(`value is NaN or Infinite: ${javaDoubleToString(number)} for metric=${metric} timestamp=${timestamp}`);
}

/** @throws IllegalArgumentError for one that no point can have */
export function checkTimestamp(point: Omit<TimedPoint, 'value'>, value: EncodedValue): void {
  const { timestamp } = point;
  const negative = timestamp < 0;
  if (!negative && !(isMilliseconds(timestamp) && timestamp > MAX_TIMESTAMP_MS)) return;
  throw new IllegalArgumentError(
    `${negative ? 'negative ' : 'bad'} timestamp=${timestamp} when trying to add value=${javaBytes(value.bytes)}/${value.flags}` +
      ` to metric=${point.metric}, tags=${showTags(point.tags)}`,
  );
}

/** @throws IllegalArgumentError */
export function checkTags(metric: string, tags: ReadonlyMap<string, string>, maxTags: number, names: NameValidator): void {
  if (tags.size === 0) throw new IllegalArgumentError(`Need at least one tag (metric=${metric}, tags={})`);
  if (tags.size > maxTags)
    throw new IllegalArgumentError(`Too many tags: ${tags.size} maximum allowed: ${maxTags}, tags: ${showTags(tags)}`);
  names.validate('metric name', metric);
  // The first bad tag is reported, and Java meets them in the order of its hash map.
  for (const key of tags.size > 1 ? hashMapOrder(tags.keys()) : tags.keys()) {
    const value = tags.get(key) as string;
    names.validate(`tag name with value [${value}]`, key);
    names.validate(`tag value with key [${key}]`, value);
  }
}
