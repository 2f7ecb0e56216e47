/**
 * A daemon in a process of its own, for tests that attack it: `victim-child.ts <directory> [key=value ...]`. Says by IPC where it listens, and
 * when asked, how long its longest turn of the event loop was and how much memory it holds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LayeredConfig } from '../../../src/config';
import { Daemon } from '../../../src/server/daemon';
import { boundHeapGrowth } from '../../../src/util/heap-growth';
import { LogSystem } from '../../../src/util/logger';

const TICK_MS = 5;

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

  start(): void {
    setInterval(() => this.tick(), TICK_MS);
  }

  take(): Vitals {
    const vitals = { longestTurn: this.longestTurn, mostRss: Math.max(this.mostRss, rssNow()), rss: rssNow() };
    this.longestTurn = this.mostRss = 0;
    return vitals;
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

async function main(): Promise<void> {
  const [directory, ...settings] = process.argv.slice(2);
  boundHeapGrowth();
  const config = new LayeredConfig([
    ['tsd.network.port', '0'],
    ['tsd.network.bind', '127.0.0.1'],
    ['tsd.http.staticroot', directory],
    ['tsd.http.cachedir', directory],
    ['tsd.storage.embedded.path', join(directory, 'data')],
    ['tsd.core.auto_create_metrics', 'true'],
    ...settings.map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  ]);
  const daemon = await Daemon.start(config, new LogSystem({ console: false }));
  const monitor = new Monitor();
  monitor.start();
  process.on('message', (question) => {
    if (question === 'vitals') process.send?.(monitor.take());
    else void daemon.shutdown('test').then(() => process.exit(0));
  });
  process.send?.({ port: daemon.address.port });
}

if (require.main === module) void main();
