import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { Redis } from 'ioredis';
import { endChild } from '../../support/end-child';
import { freePort } from '../../support/free-port';

/** A real Redis of the test's own, in memory, on a free port. */
export class RedisServer {
  private child: ChildProcess | null = null;

  private constructor(readonly port: number) {}

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.start();
    return server;
  }

  get isRunning(): boolean {
    return this.child !== null;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.child = spawn('redis-server', args, { stdio: 'ignore' });
    await this.command((client) => client.ping());
  }

  /** SIGKILL, and gone when it resolves. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child) await endChild(child, 'SIGKILL');
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async command<T>(run: (client: Redis) => Promise<T>): Promise<T> {
    // It may have been started just now: its start takes as long as it takes.
    const client = new Redis(this.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on('error', () => {});
    try {
      return await run(client);
    } finally {
      client.disconnect();
    }
  }
}

/** A suite on a real Redis. Without one it is skipped, with the reason on the screen; with CI=true that is a failure. */
export function describeWithRedis(name: string, suite: () => void): void {
  if (spawnSync('redis-server', ['--version']).status === 0) {
    describe(name, suite);
    return;
  }
  const reason = 'there is no redis-server on the PATH';
  console.warn(`SKIPPED: ${name}: ${reason}`);
  if (process.env.CI === 'true') test(`${name} needs Redis`, () => Promise.reject(new Error(reason)));
  else test.skip(`${name} (skipped: ${reason})`, () => undefined);
}
