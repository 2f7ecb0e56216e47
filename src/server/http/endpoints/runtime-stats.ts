import { loadavg } from 'node:os';
import { PerformanceObserver, constants, type PerformanceEntry } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

interface MemoryUsage {
  init: number;
  used: number;
  committed: number;
  /** -1: no limit. */
  max: number;
}

interface Pool {
  usage: MemoryUsage;
  collectionUsage: MemoryUsage | null;
  type: string;
  peakUsage: MemoryUsage;
}

/** Figures of a process, or of several together, in the shape of the original's. */
export interface RuntimeStats {
  memory: { nonHeapMemoryUsage: MemoryUsage; objectsPendingFinalization: number; heapMemoryUsage: MemoryUsage };
  os: { systemLoadAverage: number };
  runtime: { vmName: string; vmVersion: string; startTime: number; vmVendor: string; uptime: number };
  pools: Record<string, Pool>;
  gc: Record<string, { collectionTime: number; collectionCount: number }>;
}

const GC_NAMES: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'scavenge'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'markSweepCompact'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incrementalMarking'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakCallbacks'],
]);
const collections = new Map([...GC_NAMES.values()].map((name) => [name, { collectionTime: 0, collectionCount: 0 }]));
const peaks = new Map<string, MemoryUsage>();

new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { detail } = entry as PerformanceEntry & { detail?: { kind?: number } };
    const collector = collections.get(GC_NAMES.get(detail?.kind ?? 0) ?? '');
    if (collector === undefined) continue;
    collector.collectionTime += Math.round(entry.duration);
    collector.collectionCount++;
  }
}).observe({ entryTypes: ['gc'] });

/** `old_space` -> `oldSpace`. */
const poolName = (space: string): string => space.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function peak(name: string, usage: MemoryUsage): MemoryUsage {
  const highest = peaks.get(name);
  if (highest !== undefined && highest.used >= usage.used) return highest;
  peaks.set(name, usage);
  return usage;
}

/** `/api/stats/jvm`: this process's figures in the shape of the original's. Times in ms, sizes in bytes; -1: no limit. */
export function runtimeStats(startedAt: number): RuntimeStats {
  const memory = process.memoryUsage();
  const heap = getHeapStatistics();
  const pools: Record<string, Pool> = {};
  for (const space of getHeapSpaceStatistics()) {
    const name = poolName(space.space_name);
    const usage = { init: 0, used: space.space_used_size, committed: space.space_size, max: -1 };
    pools[name] = { usage, collectionUsage: usage, type: 'HEAP', peakUsage: peak(name, usage) };
  }
  const native = { init: 0, used: memory.external, committed: memory.external, max: -1 };
  pools.external = { usage: native, collectionUsage: null, type: 'NON_HEAP', peakUsage: peak('external', native) };
  return {
    memory: {
      nonHeapMemoryUsage: { init: 0, used: memory.external, committed: Math.max(0, memory.rss - memory.heapTotal), max: -1 },
      objectsPendingFinalization: 0,
      heapMemoryUsage: { init: 0, used: memory.heapUsed, committed: memory.heapTotal, max: heap.heap_size_limit },
    },
    os: { systemLoadAverage: loadavg()[0] },
    runtime: {
      vmName: 'Node.js V8',
      vmVersion: process.version,
      startTime: startedAt,
      vmVendor: 'OpenJS Foundation',
      uptime: Date.now() - startedAt,
    },
    pools,
    gc: Object.fromEntries(collections),
  };
}

function sumUsage(one: MemoryUsage, other: MemoryUsage): MemoryUsage {
  const max = one.max < 0 || other.max < 0 ? -1 : one.max + other.max;
  return { init: one.init + other.init, used: one.used + other.used, committed: one.committed + other.committed, max };
}

/** Memory and collections of all workers together; what is the machine's or the daemon's is the same for all. */
export function mergeRuntimeStats([first, ...others]: readonly RuntimeStats[]): RuntimeStats {
  return others.reduce(
    (one, other) => ({
      ...one,
      memory: {
        ...one.memory,
        nonHeapMemoryUsage: sumUsage(one.memory.nonHeapMemoryUsage, other.memory.nonHeapMemoryUsage),
        heapMemoryUsage: sumUsage(one.memory.heapMemoryUsage, other.memory.heapMemoryUsage),
      },
      pools: Object.fromEntries(
        Object.entries(one.pools).map(([name, pool]) => {
          const more = Object.hasOwn(other.pools, name) ? other.pools[name] : null;
          return [name, more === null ? pool : sumPool(pool, more)];
        }),
      ),
      gc: Object.fromEntries(
        Object.entries(one.gc).map(([name, { collectionTime, collectionCount }]) => {
          const more = Object.hasOwn(other.gc, name) ? other.gc[name] : { collectionTime: 0, collectionCount: 0 };
          return [name, { collectionTime: collectionTime + more.collectionTime, collectionCount: collectionCount + more.collectionCount }];
        }),
      ),
    }),
    first,
  );
}

function sumPool(one: Pool, other: Pool): Pool {
  const collectionUsage =
    one.collectionUsage === null || other.collectionUsage === null ? null : sumUsage(one.collectionUsage, other.collectionUsage);
  return {
    ...one,
    usage: sumUsage(one.usage, other.usage),
    collectionUsage,
    // The peaks need not have been at the same time: no more than that has ever been used.
    peakUsage: sumUsage(one.peakUsage, other.peakUsage),
  };
}

/** `/api/stats/threads`: one in each worker. */
export function threadList(workers: number): object[] {
  return Array.from({ length: workers }, (_, index) => {
    const name = workers === 1 ? 'main' : `worker-${index + 1}`;
    return { threadID: index + 1, stack: [], name, state: 'RUNNABLE', interrupted: false, priority: 5 };
  });
}
