import { javaJsonString } from '../../schema';
import { IllegalArgumentError } from '../../util/errors';
import { hashMapOrder } from '../../util/java-hash-order';

/** A data point as a client sent it over HTTP. Mirrors IncomingDataPoint. */
export interface SentPoint {
  metric: string | null;
  timestamp: number | bigint;
  value: string | null;
  tags: ReadonlyMap<string, string | null> | null;
  tsuid: string | null;
}

/** A point in which nothing is missing. A tag's value may still be null: it is refused by the same check as an empty one. */
export interface CompletePoint extends SentPoint {
  metric: string;
  value: string;
  tags: ReadonlyMap<string, string>;
}

/** What is asked of every point before anything else, in the original's order. Mirrors IncomingDataPoint.validate. @throws IllegalArgumentError */
export function checkPresent(point: SentPoint | null): CompletePoint {
  if (point === null) throw new IllegalArgumentError('Unexpected null datapoint encountered in set.');
  const { metric, timestamp, value, tags } = point;
  if (!metric) throw new IllegalArgumentError('Metric name was empty');
  if (timestamp <= 0) throw new IllegalArgumentError('Invalid timestamp');
  if (!value) throw new IllegalArgumentError('Empty value');
  if (tags === null || tags.size === 0) throw new IllegalArgumentError('Missing tags');
  return { ...point, metric, value, tags: tags as ReadonlyMap<string, string> };
}

/** A point as answers show it: without what is null. @param extra texts that its kind has beside those of data points */
export function pointJson(point: SentPoint | null, extra: Readonly<Record<string, string | null>> = {}): string {
  if (point === null) return 'null';
  const { metric, timestamp, value, tags, tsuid } = point;
  const parts: string[] = [];
  const text = (name: string, content: string | null): void => {
    if (content !== null) parts.push(`"${name}":${javaJsonString(content)}`);
  };
  text('metric', metric);
  parts.push(`"timestamp":${timestamp}`);
  text('value', value);
  if (tags !== null) {
    const pairs = hashMapOrder(tags.keys()).map((key) => tagJson(key, tags.get(key) ?? null));
    parts.push(`"tags":{${pairs.join(',')}}`);
  }
  text('tsuid', tsuid);
  for (const [name, content] of Object.entries(extra)) text(name, content);
  return `{${parts.join(',')}}`;
}

function tagJson(key: string, value: string | null): string {
  return `${javaJsonString(key)}:${value === null ? 'null' : javaJsonString(value)}`;
}
