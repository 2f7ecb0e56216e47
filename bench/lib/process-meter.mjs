import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const SAMPLE_MS = 100;
const TICKS_PER_SECOND = 100;

/** What a file under /proc says; empty when the process has just ended. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** A process and all that it has started, as long as they run. */
function family(pid) {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return [pid, ...children.flatMap(family)];
}

/**
 * Watches the memory and the processor time of a process and of those that it has started; without a pid it watches nothing.
 * Memory is the sum of what is resident in each: pages that they share are counted in all of them.
 */
export class ProcessMeter {
  constructor(pid) {
    this.pid = pid;
    this.peak = 0;
    this.startedAt = this.cpu();
    this.timer = pid ? setInterval(() => this.sample(), SAMPLE_MS) : null;
    this.timer?.unref();
  }

  sample() {
    const kilobytes = (pid) => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
    this.peak = Math.max(this.peak, family(this.pid).reduce((sum, pid) => sum + kilobytes(pid), 0) / 1024);
  }

  /** Seconds of user and system time: of the processes that run, and of those below the first that have ended. */
  cpu() {
    if (!this.pid) return 0;
    let ticks = 0;
    for (const pid of family(this.pid)) {
      const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
      const counted = pid === this.pid ? fields.slice(11, 15) : fields.slice(11, 13);
      for (const field of counted) ticks += Number(field);
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Seconds of processor time since the start. */
  used() {
    return this.cpu() - this.startedAt;
  }

  /** @returns peak resident megabytes and seconds of processor time since the start; null without a pid */
  stop() {
    if (!this.pid) return null;
    clearInterval(this.timer);
    this.sample();
    return { rssMb: this.peak, cpuSeconds: this.used() };
  }
}

/** The process of this machine that listens on a TCP port; null when there is none that we may look at. */
export function listenerOf(port) {
  const LISTENS = '0A';
  const wanted = Number(port).toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set();
  for (const line of `${read('/proc/net/tcp')}\n${read('/proc/net/tcp6')}`.split('\n')) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === LISTENS && local?.endsWith(`:${wanted}`)) inodes.add(`socket:[${inode}]`);
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) if (inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`))) return Number(pid);
    } catch {
      // It has ended, or is somebody else's.
    }
  }
  return null;
}
