// A meta cache: counts the points of each time series in memory and writes the counts to a file, instead of an increment of the meta table
// for each point.
//
//   tsd.core.meta.enable_tsuid_tracking = true
//   tsd.core.meta.cache.enable = true
//   tsd.core.meta.cache.plugin = meta-counter.js
//   example.meta_counter.file = /var/lib/opentsdb/series.json
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Config } from '../../../src/config';
import type { MetaCache } from '../../../src/write';
import type { StatsSink } from '../../../src/util/stats';

const WRITE_MS = 60_000;

export default class MetaCounter implements MetaCache {
  private file = '';
  private counts = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  initialize(config: Config): void {
    this.file = config.getString('example.meta_counter.file') ?? '';
    if (this.file === '') throw new Error('example.meta_counter.file is not set');
    try {
      this.counts = new Map(Object.entries(JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, number>));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    this.timer = setInterval(() => this.write(), WRITE_MS);
  }

  increment(tsuid: Buffer): void {
    const name = tsuid.toString('hex').toUpperCase();
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  private write(): void {
    writeFileSync(`${this.file}.new`, JSON.stringify(Object.fromEntries(this.counts)));
    renameSync(`${this.file}.new`, this.file);
  }

  shutdown(): void {
    clearInterval(this.timer);
    this.write();
  }

  version(): string {
    return '1.0.0';
  }

  collectStats(sink: StatsSink): void {
    sink.record('example.meta_counter.series', this.counts.size);
  }
}
