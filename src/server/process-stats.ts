import { getHeapStatistics } from 'node:v8';
import type { StatsSink, StatsSource } from '../util/stats';

/** The one thread that runs this program, where the original counts the JVM's; heap in bytes: what of its present size is free, and that size. */
export const processStats: StatsSource = {
  collectStats(sink: StatsSink): void {
    sink.record('jvm.thread.states', 1, { state: 'runnable' });
    sink.record('jvm.thread.count', 1);
    const heap = getHeapStatistics();
    sink.record('jvm.ramfree', heap.total_heap_size - heap.used_heap_size);
    sink.record('jvm.ramused', heap.total_heap_size);
  },
};
