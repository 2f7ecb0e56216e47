import type { StatsSink } from './stats';

const INTERVAL_MS = 2;
const CUTOFF_MS = 100;
const MAX_MS = 16000;
const LINEAR = CUTOFF_MS / INTERVAL_MS;
const DOUBLING = Math.ceil(Math.log2(MAX_MS / CUTOFF_MS));
const OVERFLOW = LINEAR + DOUBLING;
/** What a percentile in the overflow bucket reads as. */
const ENDLESS = 2147483647;
const PERCENTILES = [50, 75, 90, 95] as const;

/**
 * Latencies in buckets: every 2 ms up to 100 ms, then doubling up to 16 s. Mirrors the Histogram that the original's statistics use,
 * so that a percentile reads the same on both: the upper edge of its bucket.
 */
export class LatencyHistogram {
  private readonly buckets = new Uint32Array(OVERFLOW + 1);

  /** @param counts of another one's buckets */
  static of(counts: readonly number[]): LatencyHistogram {
    const histogram = new LatencyHistogram();
    histogram.addCounts(counts);
    return histogram;
  }

  /** How many latencies are in each bucket. */
  get counts(): number[] {
    return [...this.buckets];
  }

  /** Adds the latencies of another one. */
  addCounts(counts: readonly number[]): void {
    for (let i = 0; i <= OVERFLOW; i++) this.buckets[i] += counts[i] ?? 0;
  }

  add(ms: number): void {
    let bucket = OVERFLOW;
    if (ms < CUTOFF_MS) bucket = Math.max(0, Math.floor(ms / INTERVAL_MS));
    else if (ms < MAX_MS) bucket = LINEAR + Math.floor(Math.log2(ms / CUTOFF_MS));
    this.buckets[bucket]++;
  }

  /** Milliseconds; 0 while nothing was added. */
  percentile(percent: number): number {
    let total = 0;
    for (const count of this.buckets) total += count;
    if (total === 0) return 0;
    const target = Math.floor((total * percent) / 100);
    let seen = 0;
    for (let i = 0; i < OVERFLOW; i++) {
      seen += this.buckets[i];
      if (this.buckets[i] > 0 && seen >= target) return upperEdge(i);
    }
    return ENDLESS;
  }

  /** Four statistics, `<name>_50pct` and so on. */
  record(sink: StatsSink, name: string, tags: Readonly<Record<string, string>>): void {
    if (sink.latencies !== undefined) return sink.latencies(name, this, tags);
    for (const percent of PERCENTILES) sink.record(`${name}_${percent}pct`, this.percentile(percent), tags);
  }
}

const upperEdge = (bucket: number): number => (bucket < LINEAR ? (bucket + 1) * INTERVAL_MS : CUTOFF_MS * 2 ** (bucket - LINEAR + 1));
