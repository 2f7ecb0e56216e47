import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { configureServed } from '../../support/daemon-config';
import { endChild } from '../../support/end-child';
import { TEST_WORKERS } from '../../support/worker-settings';
import { DaemonProcess } from '../../tools/support/daemon-process';
import type { Asked, Vitals } from './vitals';

const MIB = 1024 * 1024;
/** As `bin/tsdb` starts it: what large requests took goes back to the system. */
const ENVIRONMENT = { MALLOC_MMAP_THRESHOLD_: '1048576', NODE_OPTIONS: `--max-semi-space-size=8 ${process.env.NODE_OPTIONS ?? ''}` };
/**
 * What a daemon may hold over rest, and still some time after an attack. Budgets hold for all workers together, but each has a heap with room in it, and
 * caches of the names that it meets.
 */
const MOST_OVER_REST = (512 + 200 * (TEST_WORKERS - 1)) * MIB;
const LEFT_OVER_REST = (100 + 50 * (TEST_WORKERS - 1)) * MIB;
/** It takes seconds; many, when the machine has other work and what came in a flood is still to be put away. */
const RECOVERY_MS = 90_000;
/** For a test that ends with its recovery. */
export const WITH_RECOVERY_MS = RECOVERY_MS + 90_000;
/**
 * Milliseconds of processor time in one turn of the event loop, compilation of code that runs for the first time and collections included:
 * a sixth of a second on the machines at hand; others are slower. Work without a pause, which this is about, took seconds to hours.
 */
const LONGEST_TURN = 1000;
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

/** A daemon that is attacked: all of its processes together. */
export class Victim {
  private rest = 0;

  private constructor(
    private readonly daemon: DaemonProcess,
    /** Where it keeps what it keeps. */
    readonly directory: string,
    readonly port: number,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<Victim> {
    const directory = mkdtempSync(join(tmpdir(), 'tsd-attack-'));
    const vitals = vitalsOf(directory);
    mkdirSync(vitals);
    const port = await configureServed(directory, settings);
    const daemon = new DaemonProcess(directory, ['--config=opentsdb.conf'], {
      preload: join(__dirname, 'vitals.ts'),
      env: { ...ENVIRONMENT, VITALS: vitals },
    });
    await daemon.ready();
    const victim = new Victim(daemon, directory, port);
    await victim.request('/api/version');
    await victim.calm();
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

  /** Its own processes: the primary and the workers, or the one that is all of it. */
  private get own(): string[] {
    return readdirSync(vitalsOf(this.directory));
  }

  /** Processes that it has started, beside its own. */
  processes(): string[] {
    const { own } = this;
    return own.flatMap(childrenOf).filter((child) => !own.includes(child));
  }

  /** Of all its processes: the longest turn of any, and their memory together. */
  private async vitals(asked: Asked): Promise<Vitals> {
    const all = await Promise.all(this.own.map((pid) => askVitals(join(vitalsOf(this.directory), pid), asked)));
    return {
      longestTurn: Math.max(...all.map(({ longestTurn }) => longestTurn)),
      mostRss: all.reduce((sum, { mostRss }) => sum + mostRss, 0),
      rss: all.reduce((sum, { rss }) => sum + rss, 0),
    };
  }

  /** Forgets what was measured so far: what went before was no attack, and what is held now is rest. */
  async calm(): Promise<void> {
    this.rest = (await this.vitals('without garbage')).rss;
  }

  /** What an attack did to it since the last question, in words; empty: it went on as if nothing had happened. */
  async damage(): Promise<string[]> {
    if (!this.daemon.running) return [`it ended: ${this.daemon.output.slice(-1000)}${this.daemon.errors}`];
    if (/another one is started in its place/.test(this.daemon.output)) return [`a worker ended: ${this.daemon.output.slice(-1000)}`];
    const { longestTurn, mostRss } = await this.vitals('as it is');
    const damage: string[] = [];
    if (longestTurn > LONGEST_TURN) damage.push(`a turn of the event loop took ${Math.round(longestTurn)} ms`);
    if (mostRss - this.rest > MOST_OVER_REST) damage.push(`it held ${Math.round((mostRss - this.rest) / MIB)} MiB over rest`);
    return damage;
  }

  /** Resolves when its memory is back. @throws Error when it does not come back */
  async recovered(): Promise<void> {
    const deadline = Date.now() + RECOVERY_MS;
    for (;;) {
      const { rss } = await this.vitals('without garbage');
      if (rss - this.rest <= LEFT_OVER_REST) return;
      if (Date.now() > deadline) throw new Error(`it still holds ${Math.round((rss - this.rest) / MIB)} MiB over rest`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async stop(): Promise<void> {
    await endChild(this.daemon.child);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const vitalsOf = (directory: string): string => join(directory, 'vitals');

/** Of all its threads that have not ended meanwhile. */
function childrenOf(pid: string): string[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => (textIfThere(`/proc/${pid}/task/${task}/children`) ?? '').split(' '))
    .filter((child) => child !== '');
}

/** What is in a file; undefined: it was removed meanwhile. */
export function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    // Of a thread that has ended while it was read, the system says that there is none.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

async function askVitals(path: string, asked: Asked): Promise<Vitals> {
  let text = '';
  const socket = connect(path).on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(asked);
  await once(socket, 'end');
  return JSON.parse(text) as Vitals;
}

/** A list in JSON that says one thing over and over. */
export const listOf = (element: string, count: number): string => `[${`${element},`.repeat(count - 1)}${element}]`;
