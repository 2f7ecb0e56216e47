import { loadavg } from 'node:os';
import { PerformanceObserver, constants, type PerformanceEntry } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

interface MemoryUsage {
  init: number;
  used: number;
  committed: number;
  max: number;
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
export function runtimeStats(startedAt: number): object {
  const memory = process.memoryUsage();
  const heap = getHeapStatistics();
  const pools: Record<string, object> = {};
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

/** `/api/stats/threads`: there is one. */
export function threadList(): object[] {
  return [{ threadID: 1, stack: [], name: 'main', state: 'RUNNABLE', interrupted: false, priority: 5 }];
}
