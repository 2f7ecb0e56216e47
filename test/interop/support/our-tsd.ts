import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild } from '../../support/end-child';
import { workerSettings } from '../../support/worker-settings';
import { tableNames } from './tables';

const HOOK = resolve(__dirname, '../../support/ts-hook.cjs');
const MAIN = resolve(__dirname, '../../../src/tools/main.ts');
/** It may have much to store before it ends. */
const STOP_MS = 60_000;
const LOG_KEPT = 256 * 1024;

export interface TsdOptions {
  quorum: string;
  /** Put before each table name. */
  prefix: string;
  /** Further lines of the configuration. */
  settings?: Readonly<Record<string, string>>;
  /** A module to load before anything else, and variables that it reads. */
  preload?: string;
  env?: Readonly<Record<string, string>>;
}

/** Our daemon as users run it: a process of its own, from the sources as they are. */
export class OurTsd {
  /** 0 until it listens. */
  port = 0;
  /** The end of what it wrote to stdout and stderr. */
  log = '';
  private readonly ended: Promise<number | null>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly dir: string,
  ) {
    this.ended = new Promise((done) => child.once('close', (code) => done(code)));
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => {
        this.log = (this.log + bytes.toString()).slice(-LOG_KEPT);
        if (this.port === 0) this.port = Number(/Ready to serve on \/127\.0\.0\.1:(\d+)\s/.exec(this.log)?.[1] ?? 0);
      });
  }

  /** Starts it without waiting. */
  static launch({ quorum, prefix, settings = {}, preload, env = {} }: TsdOptions): OurTsd {
    const dir = mkdtempSync(join(tmpdir(), 'our-tsd-'));
    const keys = {
      'tsd.network.port': '0',
      'tsd.network.bind': '127.0.0.1',
      'tsd.http.staticroot': dir,
      'tsd.http.cachedir': join(dir, 'cache'),
      'tsd.storage.hbase.zk_quorum': quorum,
      ...tableNames(prefix),
      ...workerSettings(),
      ...settings,
    };
    const lines = Object.entries(keys).map(([key, value]) => `${key} = ${value}\n`);
    writeFileSync(join(dir, 'opentsdb.conf'), lines.join(''));
    const preloaded = preload === undefined ? [] : ['-r', preload];
    const args = [...preloaded, '-r', HOOK, MAIN, 'tsd', '--config', join(dir, 'opentsdb.conf')];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    return new OurTsd(child, dir);
  }

  /** Starts it and waits until it listens. @throws Error with its log when it ends instead */
  static async start(options: TsdOptions): Promise<OurTsd> {
    const tsd = OurTsd.launch(options);
    await tsd.ready();
    return tsd;
  }

  async ready(timeoutMs = 60_000): Promise<void> {
    const giveUp = performance.now() + timeoutMs;
    while (this.port === 0 && this.running && performance.now() < giveUp) await sleep(50);
    if (this.port !== 0) return;
    await this.stop('SIGKILL');
    throw new Error(`the daemon did not start: ${this.log.slice(-4000)}`);
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Megabytes of memory that it has, and the most that it had, of all its processes together. */
  memory(): { now: number; peak: number } {
    const workers = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').split(' ').filter(Boolean);
    const all = [`${this.child.pid}`, ...workers].map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'));
    const megabytes = (name: string): number =>
      all.reduce((sum, status) => sum + Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024, 0);
    return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
  }

  /** Waits for its end, and for all that it has written. @returns the exit code, null when a signal ended it */
  async exited(): Promise<number | null> {
    const code = await this.ended;
    rmSync(this.dir, { recursive: true, force: true });
    return code;
  }

  /** Stops it in order: what it accepted becomes durable. @returns as `exited` */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const code = await endChild(this.child, signal, STOP_MS);
    // Workers of one that was killed have its outputs for as long as they take to end.
    if (signal !== 'SIGKILL') return this.exited();
    rmSync(this.dir, { recursive: true, force: true });
    return code;
  }
}
