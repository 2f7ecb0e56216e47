import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { join } from 'node:path';
import { endChild } from '../../support/end-child';
import { until } from '../../support/until';

const hook = join(__dirname, '..', '..', 'support', 'ts-hook.cjs');
const main = join(__dirname, '..', '..', '..', 'src', 'tools', 'main.ts');
const PATIENCE_MS = 50_000;

/** `tsdb tsd` in a process of its own, with what it wrote. */
export class DaemonProcess {
  output = '';
  errors = '';
  readonly child: ChildProcess;
  /** The exit code, or null after a signal that it did not handle. */
  readonly exited: Promise<number | null>;

  /** @param options `preload`: a module to load before anything else, in each of its processes */
  constructor(
    cwd: string,
    argv: readonly string[],
    options: { stdio?: StdioOptions; env?: Record<string, string>; preload?: string } = {},
  ) {
    const count = process.env.TSDB_TEST_WORKERS;
    const workers =
      count === undefined || argv.some((option) => option.startsWith('--worker-threads')) ? [] : [`--worker-threads=${count}`];
    const { stdio = ['ignore', 'pipe', 'pipe'], env, preload } = options;
    const loaded = ['-r', hook, ...(preload === undefined ? [] : ['-r', preload])];
    this.child = spawn(process.execPath, [...loaded, main, 'tsd', ...argv, ...workers], { cwd, stdio, env: { ...process.env, ...env } });
    this.child.stdout?.on('data', (text: Buffer) => (this.output += text.toString()));
    this.child.stderr?.on('data', (text: Buffer) => (this.errors += text.toString()));
    this.exited = new Promise((resolve) => this.child.once('close', resolve));
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when it says on its standard output that it is ready. @throws Error with what it said instead; it has ended then */
  async ready(): Promise<void> {
    try {
      await until(() => /Ready to serve on .*\n/.test(this.output) || !this.running, 'it is ready', PATIENCE_MS);
      if (!this.running) throw new Error('it has ended');
    } catch (error) {
      await this.kill();
      throw new Error(`not ready: ${this.output}${this.errors}`, { cause: error });
    }
  }

  /** Ends it for good, if it is still there. */
  async kill(): Promise<void> {
    await endChild(this.child, 'SIGKILL');
  }
}
