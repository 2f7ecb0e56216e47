/**
 * Loaded into each process of a daemon that is attacked: says on a socket in the directory `VITALS`, named after the process, how long the longest turn
 * of the event loop was and how much memory the process holds.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const TICK_MS = 5;
/** In what state memory is measured: an idle process may keep its garbage for minutes. */
export type Asked = 'as it is' | 'without garbage';

export interface Vitals {
  /** Milliseconds of processor time between two turns of a timer: a busy machine does not count. */
  longestTurn: number;
  /** Resident bytes: most since the last question, and now. */
  mostRss: number;
  rss: number;
}

/**
 * Of /proc, where it is there: `process.memoryUsage` is slow with much memory. Without the pages of files that are mapped, the store's above
 * all: those are the system's, which takes them back when it needs them.
 */
function rssNow(): number {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return process.memoryUsage.rss();
  }
}

/** Milliseconds of processor time that this thread has taken, the threads that draw left out; of the whole process where the system does not tell. */
function threadCpu(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}

class Monitor {
  private longestTurn = 0;
  private mostRss = 0;
  private last = performance.now();
  private cpu = threadCpu();
  private readonly collectGarbage: () => void;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.collectGarbage = runInNewContext('gc') as () => void;
  }

  start(): void {
    setInterval(() => this.tick(), TICK_MS).unref();
  }

  take(asked: Asked): Vitals {
    if (asked === 'without garbage') this.collect();
    const vitals = { longestTurn: this.longestTurn, mostRss: Math.max(this.mostRss, rssNow()), rss: rssNow() };
    this.longestTurn = this.mostRss = 0;
    return vitals;
  }

  /** This is no turn of the program. */
  private collect(): void {
    this.tick();
    this.collectGarbage();
    this.last = performance.now();
    this.cpu = threadCpu();
  }

  private tick(): void {
    const cpu = threadCpu() - this.cpu;
    const wall = performance.now() - this.last - TICK_MS;
    this.longestTurn = Math.max(this.longestTurn, Math.min(wall, cpu));
    this.mostRss = Math.max(this.mostRss, rssNow());
    this.last = performance.now();
    this.cpu = threadCpu();
  }
}

// Not in the threads of a process that draw.
const directory = process.env.VITALS;
if (directory !== undefined && require('node:worker_threads').isMainThread) {
  const monitor = new Monitor();
  monitor.start();
  createServer((socket) => socket.once('data', (asked) => socket.end(JSON.stringify(monitor.take(asked.toString() as Asked)))))
    .listen(join(directory, `${process.pid}`))
    .unref();
}
