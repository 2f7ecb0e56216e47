import { readFileSync } from 'node:fs';

/** Watches the memory and the processor time of a process; without a pid it watches nothing. */
export class ProcessMeter {
  constructor(pid) {
    this.pid = pid;
    this.peak = 0;
    this.startedAt = this.cpu();
    this.timer = pid ? setInterval(() => this.sample(), 100) : null;
    this.timer?.unref();
  }

  sample() {
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    this.peak = Math.max(this.peak, rss);
  }

  /** Seconds of user and system time. */
  cpu() {
    if (!this.pid) return 0;
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** @returns peak resident megabytes and seconds of processor time since the start; null without a pid */
  stop() {
    if (!this.pid) return null;
    clearInterval(this.timer);
    this.sample();
    return { rssMb: this.peak, cpuSeconds: this.cpu() - this.startedAt };
  }
}
