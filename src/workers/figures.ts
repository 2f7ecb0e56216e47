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
/** What a process has at the moment, by name, or by name and tag: it is gone with the process. All others are counts. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set([
  'connectionmgr.connections type=open',
  'jvm.thread.states',
  'jvm.thread.count',
  'jvm.ramfree',
  'jvm.ramused',
  'uid.cache-size',
  'http.graph.drawing',
  'http.graph.waiting',
  'compaction.queue.size',
  'compaction.queue.bytes',
  'compaction.queue.read',
  'compaction.in_flight',
  'write.buffer.bytes',
  'write.buffer.points',
  'write.buffer.rows',
  'write.buffer.waiting_clients',
  'meta.series type=remembered',
  'meta.writes type=waiting',
  'search.changes type=waiting',
  'search.comparisons type=running',
  'hbase.region_clients.open',
  'hbase.bytes_in_flight',
  'hbase.rpcs_in_flight',
  'storage.embedded.calls_outstanding',
  'storage.embedded.log_entries',
  'storage.embedded.log_bytes',
]);

/** Nothing is known of what a plugin has under a name of its own: it need not be a count. */
const OF_A_PLUGIN = / plugin=/;

const nameOf = (key: string): string => {
  const end = key.indexOf(' ');
  return end < 0 ? key : key.slice(0, end);
};

function isCount(key: string): boolean {
  const name = nameOf(key);
  return !HIGHEST.has(name) && !LOWEST.has(name) && !OF_THE_MOMENT.has(name) && !OF_THE_MOMENT.has(key) && !OF_A_PLUGIN.test(key);
}

/** What stays when a process has ended: all that it has counted. */
export function countsOf({ values, latencies }: Figures): Figures {
  return { values: values.filter(([key]) => isCount(key)), latencies };
}

function ruleOf(key: string): (one: bigint, other: bigint) => bigint {
  const name = nameOf(key);
  if (HIGHEST.has(name)) return (one, other) => (one > other ? one : other);
  if (LOWEST.has(name)) return (one, other) => (one < other ? one : other);
  return (one, other) => one + other;
}

/**
 * The figures of a whole TSD by name and tags, in the order in which they were first told. Mostly one of each: where a source says one several times it is
 * there as often, as with the original.
 */
export function mergeFigures(all: readonly Figures[]): Map<string, string[]> {
  const merged = mergeValues(all);
  const sink = {
    record: (name: string, value: number | bigint | string, tags = {}) => void merged.set(keyOf(name, tags), [integer(value)]),
  };
  for (const [name, tags, histogram] of mergeLatencies(all)) histogram.record(sink, name, tags);
  return merged;
}

/** The sums of several processes, as figures of one. */
export function sumOfCounts(all: readonly Figures[]): Figures {
  const values = [...mergeValues(all)].flatMap(([key, each]) => each.map((value) => [key, value] as const));
  return { values, latencies: mergeLatencies(all).map(([name, tags, histogram]) => [name, tags, histogram.counts]) };
}

function mergeValues(all: readonly Figures[]): Map<string, string[]> {
  const merged = new Map<string, string[]>();
  for (const { values } of all) {
    const times = new Map<string, number>();
    for (const [key, value] of values) {
      const known = merged.get(key) ?? [];
      const time = times.get(key) ?? 0;
      times.set(key, time + 1);
      known[time] = time < known.length ? combine(key, known[time], value) : value;
      merged.set(key, known);
    }
  }
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
