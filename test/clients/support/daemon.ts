import { ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endChild } from '../../support/end-child';
import { freePort } from '../../support/free-port';
import { until } from '../../support/until';
import { workerSettings } from '../../support/worker-settings';
import { ORIGINAL_PORT } from './outcomes';

/** `bin/tsdb` builds first if need be. */
const START_MS = 60_000;
/** Clients that read what they wrote wait for longer than the original takes to store it, a second: on a slow machine, too, it is there by then. */
const SOON: Record<string, string> = { 'hbase.rpcs.buffered_flush_interval': '100' };

const ROOT = resolve(__dirname, '..', '..', '..');

/** `bin/tsdb tsd` on an embedded store of its own. */
export class Daemon {
  private constructor(
    readonly port: number,
    private readonly process: ChildProcess | undefined,
    private readonly directory: string,
  ) {}

  /** @returns when it says that it is ready; where the original's answers are recorded, the original. */
  static async start(settings: Record<string, string> = {}): Promise<Daemon> {
    const directory = mkdtempSync(join(tmpdir(), 'clients-'));
    if (ORIGINAL_PORT) return new Daemon(ORIGINAL_PORT, undefined, directory);
    const port = await freePort();
    const store = { 'tsd.storage.engine': 'embedded', 'tsd.storage.embedded.path': join(directory, 'data') };
    const keys = { ...store, ...SOON, ...workerSettings(), ...settings };
    const own = ['--staticroot', join(ROOT, 'static'), '--cachedir', join(directory, 'cache')];
    const config = join(directory, 'opentsdb.conf');
    writeFileSync(
      config,
      Object.entries(keys)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(''),
    );
    const args = ['tsd', '--port', String(port), '--bind', '127.0.0.1', '--auto-metric', '--config', config, ...own];
    const child = spawn(join(ROOT, 'bin', 'tsdb'), args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const daemon = new Daemon(port, child, directory);
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (log = (log + bytes.toString()).slice(-4000)));
    try {
      await until(() => log.includes('Ready to serve') || child.exitCode !== null, 'the daemon is ready', START_MS);
      if (child.exitCode !== null) throw new Error(`the daemon did not start: ${log}`);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    return daemon;
  }

  async stop(): Promise<void> {
    if (this.process) await endChild(this.process);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
