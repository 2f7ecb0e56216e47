import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port';
import { isAlive } from '../../support/is-alive';
import { until } from '../../support/until';
import { DaemonProcess } from '../../tools/support/daemon-process';

/** How many workers a daemon has here, unless it is told another number. */
export const WORKERS = 3;

const ESTABLISHED = '01';

/** Does something so often, with a connection of its own each time, that each worker has it once, in turn. */
export async function onEach<T>(work: (index: number) => Promise<T>): Promise<T[]> {
  const outcomes: T[] = [];
  for (let i = 0; i < WORKERS; i++) outcomes.push(await work(i));
  return outcomes;
}

export interface PutPoint {
  metric: string;
  timestamp: number;
  value: number;
  tags: Record<string, string>;
}

/** A daemon with workers on an embedded store, in a directory of its own. */
export class WorkersDaemon {
  daemon!: DaemonProcess;

  private constructor(
    readonly root: string,
    readonly port: number,
    private readonly environment: { env?: Record<string, string> },
  ) {}

  /** @param settings of the configuration file, or an option of the command line */
  static async start(
    settings: Record<string, string> | string = {},
    environment: { env?: Record<string, string> } = {},
  ): Promise<WorkersDaemon> {
    const root = mkdtempSync(join(tmpdir(), 'tsd-workers-'));
    mkdirSync(join(root, 'static'));
    const daemon = new WorkersDaemon(root, await freePort(), environment);
    daemon.configure(typeof settings === 'string' ? {} : settings);
    await daemon.again(...(typeof settings === 'string' ? [settings] : []));
    return daemon;
  }

  /** Writes its configuration file anew. */
  configure(settings: Record<string, string>): void {
    const all = { 'tsd.storage.embedded.path': 'data', ...settings };
    writeFileSync(
      join(this.root, 'tsd.conf'),
      Object.entries(all)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(''),
    );
  }

  /** Starts it, on what it left behind. */
  async again(...options: string[]): Promise<void> {
    const common = [
      '--config=tsd.conf',
      `--port=${this.port}`,
      '--bind=127.0.0.1',
      '--staticroot=static',
      '--cachedir=cache',
      '--auto-metric',
    ];
    const workers = options.some((option) => option.startsWith('--worker-threads')) ? [] : [`--worker-threads=${WORKERS}`];
    this.daemon = new DaemonProcess(this.root, [...common, ...workers, ...options], this.environment);
    await this.daemon.ready();
  }

  /** Processes of the workers, by their number. */
  workers(): Map<number, number> {
    const found = new Map<number, number>();
    for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
      const words = commandOf(pid);
      if (words !== null && parentOf(pid) === this.daemon.child.pid) found.set(Number(words.at(-1)), pid);
    }
    return found;
  }

  /** Ends a worker, and waits until there is another one in its place. */
  async kill(place: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const pid = this.workers().get(place);
    if (pid === undefined) throw new Error(`there is no worker ${place}`);
    process.kill(pid, signal);
    await until(() => {
      const present = this.workers().get(place);
      return present !== undefined && present !== pid;
    });
  }

  async put(points: readonly PutPoint[]): Promise<{ success: number; failed: number }> {
    const { text } = await call(this.port, '/api/put?sync&details', JSON.stringify(points));
    return JSON.parse(text) as { success: number; failed: number };
  }

  /** The points of a metric, all series together. */
  async points(metric: string): Promise<Record<string, number>> {
    const { status, text } = await call(this.port, `/api/query?start=1700000000&end=1700900000&m=none:${metric}`);
    if (status !== 200) throw new Error(text);
    const answer = JSON.parse(text) as { dps: Record<string, number> }[];
    return Object.assign({}, ...answer.map(({ dps }) => dps)) as Record<string, number>;
  }

  /** How many points of a metric there are. */
  async count(metric: string): Promise<number> {
    const { text } = await call(this.port, `/api/query?start=1700000000&end=1700900000&m=sum:0all-count:${metric}`);
    const answer = JSON.parse(text) as { dps: Record<string, number> }[];
    return answer.flatMap(({ dps }) => Object.values(dps)).reduce((sum, count) => sum + count, 0);
  }

  /** The figures of `/api/stats`: of a name with a tag by `name tag=value`. */
  async figures(): Promise<Map<string, number>> {
    const { text } = await call(this.port, '/api/stats');
    const answer = JSON.parse(text) as { metric: string; value: string; tags: Record<string, string> }[];
    const figures = new Map<string, number>();
    for (const { metric, value, tags } of answer) {
      const own = Object.entries(tags).filter(([tag]) => tag !== 'host' && tag !== 'class');
      figures.set([metric, ...own.map(([tag, text]) => `${tag}=${text}`)].join(' '), Number(value));
    }
    return figures;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.daemon.child.kill(signal);
    return this.daemon.exited;
  }

  /** Ends all of it for good, and removes what it kept once nobody writes there any more. */
  async remove(): Promise<void> {
    const workers = [...this.workers().values()];
    await this.daemon.kill();
    for (const pid of workers) kill(pid);
    await until(() => !workers.some(isAlive), 'its workers end');
    // One that was just being started ends by itself.
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How many connections of clients a process has. */
export function connectionsOf(pid: number, port: number): number {
  const inodes = new Set<string>();
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (local !== undefined && parseInt(local.split(':')[1], 16) === port && state === ESTABLISHED) inodes.add(`socket:[${inode}]`);
  }
  return descriptorsOf(pid).filter((fd) => inodes.has(linkOf(`/proc/${pid}/fd/${fd}`))).length;
}

/** None when the process has ended. */
function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    return [];
  }
}

/** Empty when it has been closed. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** A request on a connection of its own. Rejects when that is closed without an answer. */
function call(port: number, path: string, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request({ port, path, method, host: '127.0.0.1', agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end(body);
  });
}

function commandOf(pid: number): string[] | null {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return words.some((word) => /tsd-worker\.[jt]s$/.test(word)) ? words : null;
  } catch {
    return null;
  }
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // has ended already
  }
}
