import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import type { Vitals } from './victim-child';

const MIB = 1024 * 1024;
/** What a daemon may hold over rest, and still 30 seconds after an attack. */
const MOST_OVER_REST = 512 * MIB;
const LEFT_OVER_REST = 100 * MIB;
const RECOVERY_MS = 30_000;
/**
 * Milliseconds of processor time in one turn of the event loop, compilation of code that runs for the first time and collections included.
 * Work without a pause, which this is about, took seconds to hours.
 */
const LONGEST_TURN = 200;
const POLL_MS = 250;

export interface Reply {
  status: number;
  text: string;
}

export interface Request {
  body?: string | Buffer;
  method?: string;
  headers?: Record<string, string>;
}

/** A daemon that is attacked. */
export class Victim {
  private rest = 0;

  private constructor(
    private readonly child: ChildProcess,
    /** Where it keeps what it keeps. */
    readonly directory: string,
    readonly port: number,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<Victim> {
    const directory = mkdtempSync(join(tmpdir(), 'tsd-attack-'));
    const pairs = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    const child = fork(join(__dirname, 'victim-child.ts'), [directory, ...pairs], {
      execArgv: ['-r', join(__dirname, '../../support/ts-hook.cjs')],
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const victim = new Victim(child, directory, port);
    await victim.request('/api/version');
    victim.rest = (await victim.vitals()).rss;
    return victim;
  }

  request(path: string, { body, method, headers = {} }: Request = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: this.port,
        path,
        agent: false,
        headers,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
      };
      const req = http.request(options, (res) => {
        const parts: Buffer[] = [];
        let size = 0;
        res.on('data', (part: Buffer) => {
          size += part.length;
          if (size < MIB) parts.push(part);
        });
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
        res.on('error', reject);
      });
      req.on('error', reject);
      req.end(body);
    });
  }

  /** @param json sent compressed */
  post(path: string, json: string | Buffer, method = 'POST'): Promise<Reply> {
    return this.request(path, { method, body: zlib.gzipSync(json), headers: { 'Content-Encoding': 'gzip' } });
  }

  query(json: object): Promise<Reply> {
    return this.post('/api/query', JSON.stringify({ start: 1, end: 2_000_000_000, ...json }));
  }

  /** Stores points: lines of telnet without the word `put`. */
  async put(lines: readonly string[]): Promise<void> {
    const points = lines.map((line) => {
      const [metric, timestamp, value, ...tags] = line.split(' ');
      return { metric, timestamp: Number(timestamp), value, tags: Object.fromEntries(tags.map((tag) => tag.split('='))) as object };
    });
    const { status, text } = await this.post('/api/put?sync', JSON.stringify(points));
    if (status !== 204) throw new Error(text);
  }

  /** Processes that it has started. */
  processes(): string[] {
    const { pid } = this.child;
    const all = readdirSync(`/proc/${pid}/task`).map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim());
    return all
      .join(' ')
      .split(' ')
      .filter((child) => child !== '');
  }

  private async vitals(): Promise<Vitals> {
    this.child.send('vitals');
    const [vitals] = (await once(this.child, 'message')) as [Vitals];
    return vitals;
  }

  /** Forgets what was measured so far: what went before was no attack, and what is held now is rest. */
  async calm(): Promise<void> {
    this.rest = (await this.vitals()).rss;
  }

  /** What an attack did to it since the last question, in words; empty: it went on as if nothing had happened. */
  async damage(): Promise<string[]> {
    if (this.child.exitCode !== null) return [`it ended with ${this.child.exitCode}`];
    const { longestTurn, mostRss } = await this.vitals();
    const damage: string[] = [];
    if (longestTurn > LONGEST_TURN) damage.push(`a turn of the event loop took ${Math.round(longestTurn)} ms`);
    if (mostRss - this.rest > MOST_OVER_REST) damage.push(`it held ${Math.round((mostRss - this.rest) / MIB)} MiB over rest`);
    return damage;
  }

  /** Resolves when its memory is back. @throws Error when it is not, after half a minute */
  async recovered(): Promise<void> {
    const deadline = Date.now() + RECOVERY_MS;
    for (;;) {
      const { rss } = await this.vitals();
      if (rss - this.rest <= LEFT_OVER_REST) return;
      if (Date.now() > deadline) throw new Error(`it still holds ${Math.round((rss - this.rest) / MIB)} MiB over rest`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.send('stop');
    await ended;
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A list in JSON that says one thing over and over. */
export const listOf = (element: string, count: number): string => `[${`${element},`.repeat(count - 1)}${element}]`;
