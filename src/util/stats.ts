/**
 * One statistic as the original's StatsCollector emits it: `tsd.<name> <timestamp> <value> tag=value ... host=<host>`.
 * Every part of the daemon that has figures offers a StatsSource; the server adds prefix, time and host.
 */
export interface StatsSink {
  /** @param tags in the order in which they are written */
  record(name: string, value: number | bigint | string, tags?: Readonly<Record<string, string>>): void;
  /** Takes all latencies of a histogram, in place of its percentiles; absent: percentiles are wanted. */
  latencies?(name: string, histogram: { readonly counts: number[] }, tags: Readonly<Record<string, string>>): void;
}
export interface StatsSource {
  /** A promise where figures have to be asked for; when it rejects the whole answer fails. */
  collectStats(sink: StatsSink): void | Promise<void>;
}

/** A sink for the figures of a plugin: all of them carry the original's name for its kind. */
export function underPlugin(sink: StatsSink, plugin: string): StatsSink {
  return { record: (name, value, tags = {}) => sink.record(name, value, { ...tags, plugin }) };
}
