import { findAggregator } from '../../src/query/aggregate/registry';
import { parseDownsample } from '../../src/query/downsample/parse-downsample';
import { scanWindow } from '../../src/query/plan/scan-window';
import { fixedRowSpan } from '../../src/query/source';
import { defaultRateOptions, type Aggregator, type DownsampleSpec, type GroupSpec, type RateOptions } from '../../src/query/specification';
import type { Series } from '../../src/query/series/series';
import { javaDoubleToString } from '../../src/util/java-double';

/** 2013-01-01 00:00:00 UTC, what the worked examples count from. */
export const B = 1356998400;

/** A point as it is put: seconds, or milliseconds from 10^10 on, and the value's text. */
export type PutPoint = readonly [timestamp: number, value: string];

export const toMs = (timestamp: number): number => (timestamp > 1e10 ? timestamp : timestamp * 1000);

/** The span of points in time order, as decoding rows makes it. */
export function seriesOf(points: readonly PutPoint[]): Series {
  const isInteger = points.map(([, text]) => !/[.eE]/.test(text) && text !== 'NaN');
  const some = isInteger.includes(true);
  const every = !isInteger.includes(false);
  const unsafe = points.some(([, text], i) => isInteger[i] && !Number.isSafeInteger(Number(text)));
  return {
    size: points.length,
    timestamps: Float64Array.from(points, ([timestamp]) => toMs(timestamp)),
    values: Float64Array.from(points, ([, text]) => Number(text)),
    isInteger: some && !every ? Uint8Array.from(isInteger, Number) : null,
    allIntegers: every,
    integers: unsafe ? BigInt64Array.from(points, ([, text], i) => (isInteger[i] ? BigInt(text) : 0n)) : null,
  };
}

/** `0:1 60:2.5` with offsets in seconds from B. */
export function series(text: string): Series {
  return seriesOf(text.split(' ').map((pair) => [B + Number(pair.split(':')[0]), pair.split(':')[1]] as const));
}

/** The same with offsets in milliseconds. */
export function seriesMs(text: string): Series {
  return seriesOf(text.split(' ').map((pair) => [B * 1000 + Number(pair.split(':')[0]), pair.split(':')[1]] as const));
}

export interface Asked {
  aggregator?: string;
  downsample?: string | DownsampleSpec;
  rate?: boolean | Partial<RateOptions>;
  startMs: number;
  endMs: number;
}

export function aggregatorNamed(name: string): Aggregator {
  const aggregator = findAggregator(name);
  if (aggregator === undefined) throw new Error(`no aggregator ${name}`);
  return aggregator;
}

/** What is evaluated for a request, with the scan window that the planner gives it. */
export function groupSpec(asked: Asked): GroupSpec {
  const { downsample = null, rate = false, startMs, endMs } = asked;
  const spec = typeof downsample === 'string' ? parseDownsample(downsample) : downsample;
  return {
    aggregator: aggregatorNamed(asked.aggregator ?? 'sum'),
    downsample: spec,
    rate: rate === false ? null : rate === true ? defaultRateOptions() : { ...defaultRateOptions(), ...rate },
    startMs,
    endMs,
    ...scanWindow(startMs, endMs, spec, fixedRowSpan(3600)),
  };
}

/** A window of seconds from B. */
export function window(start: number, end: number): { startMs: number; endMs: number } {
  return { startMs: (B + start) * 1000, endMs: (B + end) * 1000 };
}

/** Every value as an answer shows it. */
export function valueTexts(points: Series, nan = 'NaN'): string[] {
  return Array.from({ length: points.size }, (_, i) => {
    if (points.isInteger === null ? points.allIntegers : points.isInteger[i] === 1) return String(points.integers?.[i] ?? points.values[i]);
    return Number.isNaN(points.values[i]) ? nan : javaDoubleToString(points.values[i]);
  });
}

/** `0:1 60:2.5`, offsets in seconds from B. */
export function shown(points: Series): string {
  return valueTexts(points)
    .map((text, i) => `${points.timestamps[i] / 1000 - B}:${text}`)
    .join(' ');
}
