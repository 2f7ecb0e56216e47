import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tableNames } from './tables';

const HOOK = resolve(__dirname, '../../support/ts-hook.cjs');
const MAIN = resolve(__dirname, '../../../src/tools/main.ts');

export interface ToolOptions {
  quorum: string;
  /** Put before each table name. */
  prefix: string;
  /** Further lines of the configuration. */
  settings?: Readonly<Record<string, string>>;
}

/** What a tool wrote, and how it ended. */
export interface ToolEnd {
  /** Null: by a signal. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** One of our tools in a process of its own, from the sources as they are. */
export class OurTool {
  readonly ended: Promise<ToolEnd>;
  private readonly child: ChildProcess;

  /** @param words the command and what follows it */
  constructor([command, ...words]: readonly string[], { quorum, prefix, settings = {} }: ToolOptions) {
    const dir = mkdtempSync(join(tmpdir(), 'our-tool-'));
    const keys = { 'tsd.storage.hbase.zk_quorum': quorum, 'tsd.core.timezone': 'UTC', ...tableNames(prefix), ...settings };
    const config = join(dir, 'opentsdb.conf');
    writeFileSync(
      config,
      Object.entries(keys)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(''),
    );
    const child = spawn(process.execPath, ['-r', HOOK, MAIN, command, `--config=${config}`, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (bytes: Buffer) => (texts[name] += bytes.toString()));
    this.child = child;
    this.ended = new Promise((done) =>
      child.once('close', (code) => {
        rmSync(dir, { recursive: true, force: true });
        done({ code, ...texts });
      }),
    );
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** Runs one of our tools to its end. */
export function runOurTool(words: readonly string[], options: ToolOptions): Promise<ToolEnd> {
  return new OurTool(words, options).ended;
}
