import { LatencyHistogram } from '../util/latency-histogram';
import type { StatsSink, StatsSource } from '../util/stats';

/** What one process counts. */
export interface Figures {
  /** By name and tags: `uid.cache-size kind=tagk`. */
  readonly values: readonly (readonly [key: string, value: string])[];
  /** Latencies, by name and tags: percentiles can't be merged, their buckets can. */
  readonly latencies: readonly (readonly [name: string, tags: Readonly<Record<string, string>>, buckets: readonly number[]])[];
}

/** Values are 64-bit integers. */
const integer = (value: number | bigint | string): string => (typeof value === 'number' ? String(Math.trunc(value)) : String(value));

const keyOf = (name: string, tags: Readonly<Record<string, string>>): string =>
  [name, ...Object.entries(tags).map(([tag, text]) => `${tag}=${text}`)].join(' ');

/** Asks all sources, one after the other. @throws what one of them rejects with */
export async function collectFigures(sources: readonly StatsSource[]): Promise<Figures> {
  const values: [string, string][] = [];
  const latencies: [string, Readonly<Record<string, string>>, number[]][] = [];
  const sink: StatsSink = {
    record: (name, value, tags = {}) => void values.push([keyOf(name, tags), integer(value)]),
    latencies: (name, histogram, tags) => void latencies.push([name, tags, histogram.counts]),
  };
  for (const source of sources) await source.collectStats(sink);
  return { values, latencies };
}

/** Every worker has the same, or sees the same in storage; or the one that is farthest behind tells how far the TSD is. All others are summed. */
const HIGHEST: ReadonlySet<string> = new Set([
  'uid.ids-used',
  'uid.ids-available',
  'write.buffer.limit_bytes',
  'write.buffer.age_ms',
  'spool.bytes_total',
  'spool.bytes_max',
  'spool.bytes',
  'spool.age_ms',
  'spool.away',
  'hbase.regions.known',
  'rollup.lag',
]);
/** One that is slow, or has no connection, makes the TSD slow, or without one. */
const LOWEST: ReadonlySet<string> = new Set(['compaction.pace_percent', 'uid.redis.up', 'search.redis.up']);

function ruleOf(key: string): (one: bigint, other: bigint) => bigint {
  const end = key.indexOf(' ');
  const name = end < 0 ? key : key.slice(0, end);
  if (HIGHEST.has(name)) return (one, other) => (one > other ? one : other);
  if (LOWEST.has(name)) return (one, other) => (one < other ? one : other);
  return (one, other) => one + other;
}

/** The figures of a whole TSD by name and tags, in the order in which they were first told. */
export function mergeFigures(all: readonly Figures[]): Map<string, string> {
  const merged = new Map<string, string>();
  for (const { values } of all) {
    for (const [key, value] of values) {
      const known = merged.get(key);
      merged.set(key, known === undefined ? value : combine(key, known, value));
    }
  }
  const sink = { record: (name: string, value: number | bigint | string, tags = {}) => void merged.set(keyOf(name, tags), integer(value)) };
  for (const [name, tags, histogram] of mergeLatencies(all)) histogram.record(sink, name, tags);
  return merged;
}

/** What a plugin counts need not be a whole number: then the first one's word stands. */
function combine(key: string, one: string, other: string): string {
  const whole = /^-?\d+$/;
  return whole.test(one) && whole.test(other) ? String(ruleOf(key)(BigInt(one), BigInt(other))) : one;
}

function mergeLatencies(all: readonly Figures[]): [string, Readonly<Record<string, string>>, LatencyHistogram][] {
  const merged = new Map<string, [string, Readonly<Record<string, string>>, LatencyHistogram]>();
  for (const { latencies } of all) {
    for (const [name, tags, buckets] of latencies) {
      const key = keyOf(name, tags);
      const known = merged.get(key);
      if (known === undefined) merged.set(key, [name, tags, LatencyHistogram.of(buckets)]);
      else known[2].addCounts(buckets);
    }
  }
  return [...merged.values()];
}
