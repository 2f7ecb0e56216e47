import { readFileSync } from 'node:fs';

const BAR = 40;

/**
 * Resident memory of a process over time, in megabytes: all of it (`rss`), and what is its own (`anon`), which leaves out the pages of files
 * that are mapped, as the embedded store's is: the kernel keeps those for as long as nobody else wants the room.
 */
export class MemorySeries {
  constructor(pid) {
    this.pid = pid;
    this.began = performance.now();
    this.samples = [];
    this.peak = 0;
  }

  /** @returns { minutes, rss, anon, peak }: peak is the process's own high-water mark since its start */
  sample() {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const megabytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
    const sample = { minutes: (performance.now() - this.began) / 60_000, rss: megabytes('VmRSS'), anon: megabytes('RssAnon') };
    this.peak = megabytes('VmHWM');
    this.samples.push(sample);
    return { ...sample, peak: this.peak };
  }

  /** Samples of the second half of the time. */
  secondHalf() {
    const middle = (this.samples[this.samples.length - 1]?.minutes ?? 0) / 2;
    return this.samples.filter((sample) => sample.minutes >= middle);
  }

  /**
   * Least, median and greatest of some samples, and the slope of the straight line through them (least squares), megabytes a minute.
   * @param of what to look at, `rss` or `anon`
   */
  static describe(samples, of = 'rss') {
    const sorted = samples.map((sample) => sample[of]).sort((a, b) => a - b);
    const mean = (value) => samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length;
    const [x, y] = [mean((sample) => sample.minutes), mean((sample) => sample[of])];
    const spread = samples.reduce((sum, sample) => sum + (sample.minutes - x) ** 2, 0);
    const slope = spread === 0 ? 0 : samples.reduce((sum, sample) => sum + (sample.minutes - x) * (sample[of] - y), 0) / spread;
    return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted[sorted.length - 1], slope };
  }

  /** A line for each of about `rows` stretches of time: least, greatest, and the greatest as a bar. */
  graph(rows = 30) {
    if (this.samples.length === 0) return '';
    const end = this.samples[this.samples.length - 1].minutes;
    const top = Math.max(...this.samples.map((sample) => sample.rss));
    const width = Math.max(end / rows, 1e-9);
    const lines = [];
    for (let row = 0; row < rows; row++) {
      const inside = this.samples.filter(({ minutes }) => minutes >= row * width && (minutes < (row + 1) * width || row === rows - 1));
      if (inside.length === 0) continue;
      const { min, max } = MemorySeries.describe(inside);
      const bar = '#'.repeat(Math.round((max / top) * BAR)).padEnd(BAR);
      lines.push(`${(row * width).toFixed(1).padStart(6)} min ${bar} ${min.toFixed(0)}-${max.toFixed(0)} MB`);
    }
    return lines.join('\n');
  }
}
