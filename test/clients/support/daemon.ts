import { ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { workerSettings } from '../../support/worker-settings';
import { ORIGINAL_PORT } from './outcomes';

const ROOT = resolve(__dirname, '..', '..', '..');

/** A port of loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = net.createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => done(port));
    });
  });
}

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
    const keys = { ...store, ...workerSettings(), ...settings };
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
    let log = '';
    await new Promise<void>((ready, fail) => {
      const listen = (bytes: Buffer): void => {
        log = (log + bytes.toString()).slice(-4000);
        if (log.includes('Ready to serve')) ready();
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.once('exit', () => fail(new Error(`the daemon did not start: ${log}`)));
    });
    return new Daemon(port, child, directory);
  }

  async stop(): Promise<void> {
    const child = this.process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
