import type { AnsweredSeries } from './tsd-client';

/** A data point as its text, of a put line as of a JSON body. */
export interface Point {
  metric: string;
  /** Seconds, or milliseconds beyond 2^32. */
  timestamp: number;
  value: string;
  tags: Record<string, string>;
}

/** 2023-11-14 22:00:00 UTC: rows long past, which a reader may compact. */
export const BASE = 1699999200;
export const BASE_END = BASE + 4 * 3600;

/** Names of the points' series begin with this, so that several loads have room in the same tables. */
export function samplePoints(prefix: string): Point[] {
  const points: Point[] = [];
  const put = (metric: string, timestamp: number, value: number | string, tags: Record<string, string>): void => {
    points.push({ metric: `${prefix}.${metric}`, timestamp, value: String(value), tags });
  };
  for (const [h, host] of ['web01', 'web02', 'web03'].entries())
    for (let i = 0; i < 260; i++) put('ints', BASE + i * 30, Math.round(1000 * Math.sin(i / 9 + h)), { host, dc: h < 2 ? 'lga' : 'sjc' });
  for (const [h, host] of ['web01', 'web02'].entries())
    for (let i = 0; i < 120; i++) put('floats', BASE + 7 + h + i * 45, ((i * 7919) % 1000) / 8, { host });
  for (let i = 0; i < 80; i++) put('doubles', BASE + i * 61, (Math.sin(i) * 100).toFixed(9), { host: 'web01' });
  for (let i = 0; i < 150; i++) put('ms', (BASE + 60) * 1000 + i * 257, i * 3, { host: 'web01', path: '/api/v1' });
  for (let i = 0; i < 120; i++)
    put('mixed', i % 3 ? BASE + i * 20 : (BASE + i * 20) * 1000 + 500, i % 2 ? i : (i / 4).toFixed(2), { host: 'web02' });
  WIDE_VALUES.forEach((value, i) => put('widths', BASE + i * 60, value, { kind: 'edge' }));
  put('eight.tags', BASE + 1, 1, { h: '8', a: '1', g: '7', b: '2', f: '6', c: '3', e: '5', d: '4' });
  put('eight.tags', BASE + 3599, -1, { h: '8', a: '1', g: '7', b: '2', f: '6', c: '3', e: '5', d: '4' });
  put('latin', BASE + 5, 7, { 'k-1_./': 'v-1_./', host: 'ünïcode' });
  put('alone', BASE + 1800, 42, { host: 'web01' });
  return points;
}

/** Every width of an integer and both of a float, at their edges. */
const WIDE_VALUES = [
  ...['0', '1', '-1', '127', '128', '-128', '-129', '32767', '32768', '-32768', '-32769', '2147483647', '2147483648', '-2147483648'],
  ...['-2147483649', '9223372036854775807', '-9223372036854775808', '0.0', '-0.0', '0.1', '1.5', '-42.25', '3.141592653589793', '1e10'],
  ...['1.5e300', '1e-30', '16777217.0', '2.5E-5', '100.0'],
];

export const lineOf = ({ metric, timestamp, value, tags }: Point): string =>
  `put ${metric} ${timestamp} ${value} ${Object.entries(tags)
    .map(([key, text]) => `${key}=${text}`)
    .join(' ')}`;

/** Names of each kind, in the order of their first appearance. */
export function namesOf(points: readonly Point[]): { metric: string[]; tagk: string[]; tagv: string[] } {
  const tags = points.map((point) => Object.entries(point.tags)).flat();
  return {
    metric: [...new Set(points.map((point) => point.metric))],
    tagk: [...new Set(tags.map(([key]) => key))],
    tagv: [...new Set(tags.map(([, value]) => value))],
  };
}

const seriesName = (metric: string, tags: Record<string, string>): string =>
  `${metric} ${Object.keys(tags)
    .sort()
    .map((key) => `${key}=${tags[key]}`)
    .join(' ')}`;

/** What the points say, read back: series name to time in milliseconds to value. */
export type Values = Record<string, Record<string, number>>;

export function valuesOf(points: readonly Point[]): Values {
  const values: Values = {};
  for (const { metric, timestamp, value, tags } of points) {
    const series = (values[seriesName(metric, tags)] ??= {});
    series[timestamp < 2 ** 32 ? timestamp * 1000 : timestamp] = Number(value);
  }
  return values;
}

export function valuesAnswered(answers: readonly AnsweredSeries[]): Values {
  return Object.fromEntries(answers.map(({ metric, tags, dps }) => [seriesName(metric, tags), Object.fromEntries(dps)]));
}
