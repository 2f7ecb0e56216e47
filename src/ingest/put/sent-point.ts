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

/** A point of a series: of whatever kind, but with a metric, a time and tags. */
export type SeriesPoint = Pick<CompletePoint, 'metric' | 'timestamp' | 'tags'>;

/** What is asked of every data point before anything else, in the original's order. Mirrors IncomingDataPoint.validate. @throws IllegalArgumentError */
export function checkPresent(point: SentPoint | null): CompletePoint {
  const value = point?.value;
  const series = checkSeries(point, () => {
    if (!value) throw new IllegalArgumentError('Empty value');
  });
  return { ...(point as CompletePoint), ...series };
}

/** The same of a point whose value may be missing. @param checkValue is called before the tags are looked at @throws IllegalArgumentError */
export function checkSeries(point: SentPoint | null, checkValue?: () => void): SeriesPoint {
  if (point === null) throw new IllegalArgumentError('Unexpected null datapoint encountered in set.');
  const { metric, timestamp, tags } = point;
  if (!metric) throw new IllegalArgumentError('Metric name was empty');
  if (timestamp <= 0) throw new IllegalArgumentError('Invalid timestamp');
  checkValue?.();
  if (tags === null || tags.size === 0) throw new IllegalArgumentError('Missing tags');
  return { metric, timestamp, tags: tags as ReadonlyMap<string, string> };
}

/**
 * A point as answers show it: without what is null.
 * @param extra texts that its kind has beside those of data points
 * @param members further members, in JSON
 */
export function pointJson(
  point: SentPoint | null,
  extra: Readonly<Record<string, string | null>> = {},
  members: readonly string[] = [],
): string {
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
  parts.push(...members);
  return `{${parts.join(',')}}`;
}

function tagJson(key: string, value: string | null): string {
  return `${javaJsonString(key)}:${value === null ? 'null' : javaJsonString(value)}`;
}
