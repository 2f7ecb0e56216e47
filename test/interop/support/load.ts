import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { writable } from '../../support/writable';
import { BASE } from './points';
import { eventually, TsdClient, type AnsweredSeries } from './tsd-client';

const SERIES = 40;
const BLOCK = 100;
/** Points of one load by telnet, at most, so that a daemon which takes everything can't be flooded for ever. */
const MAX_FLOOD = 300_000;

/** Those that have not been stopped: no load outlives its test, however that ends. */
const running = new Set<TsdLoad>();
afterEach(() => {
  for (const load of running) load.abandon();
});

/** An answer to a query that is neither complete nor an error. */
export class IncompleteAnswerError extends Error {}

interface LoadOptions {
  metric: string;
  /** Connections that put blocks with `sync` and wait for each. */
  writers?: number;
  /** Lines a second by telnet, where nobody waits. */
  linesPerSecond?: number;
  readers?: number;
}

/**
 * Numbered points written and read until it is stopped. It knows which points the daemon has said are stored, and looks at every
 * answer to a query: it is an error, or it holds all of them.
 */
export class TsdLoad {
  /** Numbers of points that are stored, says the daemon. */
  readonly acknowledged = new Set<number>();
  /** Answers that refused points or queries: `put 400 {...}`, `query 500 {...}`, or a line by telnet. */
  readonly refusals: string[] = [];
  readonly incomplete: IncompleteAnswerError[] = [];
  /** Milliseconds of the slowest calls that were answered. */
  slowest = { put: 0, query: 0 };
  answered = { puts: 0, queries: 0 };
  private readonly byTelnet: number[] = [];
  private telnetErrors = 0;
  private next = 0;
  private running = true;
  private readonly client: TsdClient;
  private readonly work: Promise<void>[] = [];

  constructor(
    port: number,
    private readonly options: LoadOptions,
  ) {
    this.client = new TsdClient(port);
    running.add(this);
    const { writers = 3, readers = 2, linesPerSecond = 1000 } = options;
    for (let i = 0; i < writers; i++) this.work.push(this.write());
    for (let i = 0; i < readers; i++) this.work.push(this.read());
    if (linesPerSecond > 0) this.work.push(this.stream(port, linesPerSecond));
  }

  private point(n: number): { metric: string; timestamp: number; value: number; tags: Record<string, string> } {
    const series = n % SERIES;
    return { metric: this.options.metric, timestamp: BASE + Math.floor(n / SERIES), value: n, tags: { series: `s${series}` } };
  }

  private block(): number[] {
    return Array.from({ length: BLOCK }, () => this.next++);
  }

  private async write(): Promise<void> {
    while (this.running) {
      const numbers = this.block();
      const startedAt = Date.now();
      try {
        const points = numbers.map((n) => this.point(n));
        const { status, body } = await this.client.request('/api/put?sync&details', points, { timeoutMs: 180_000 });
        const { success, failed } = JSON.parse(body) as { success: number; failed: number };
        if (success === BLOCK) for (const n of numbers) this.acknowledged.add(n);
        else this.refuse(`put ${status} ${failed} ${body}`);
        this.slowest.put = Math.max(this.slowest.put, Date.now() - startedAt);
        this.answered.puts++;
      } catch (error) {
        this.refuse(`put ${String(error)}`);
      }
      await sleep(20);
    }
  }

  /** Counts, and every so often reads, all points. */
  private async read(): Promise<void> {
    await eventually(async () => void (await this.count()));
    while (this.running) {
      const before = this.acknowledged.size;
      const startedAt = Date.now();
      const answer = await this.client
        .request(`/api/query?start=${BASE}&end=${BASE + 7 * 86400}&m=sum:0all-count:${this.options.metric}`, undefined, {
          timeoutMs: 180_000,
        })
        .catch((error: unknown) => ({ status: 0, body: String(error) }));
      this.slowest.query = Math.max(this.slowest.query, Date.now() - startedAt);
      this.answered.queries++;
      if (answer.status !== 200) this.refuse(`query ${answer.status} ${answer.body}`);
      else if (countOf(answer.body) < before)
        this.incomplete.push(new IncompleteAnswerError(`${countOf(answer.body)} of ${before} points: ${answer.body.slice(0, 300)}`));
      await sleep(20);
    }
  }

  private async count(): Promise<number> {
    return countOf(await this.client.call(`/api/query?start=${BASE}&end=${BASE + 7 * 86400}&m=sum:0all-count:${this.options.metric}`));
  }

  private async stream(port: number, linesPerSecond: number): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().split('\n')) {
        if (line === '' || line.startsWith('net.opentsdb') || line.startsWith('Built on')) continue;
        this.telnetErrors++;
        this.refuse(line);
      }
    });
    socket.on('error', (error) => this.refuse(`telnet ${String(error)}`));
    await once(socket, 'connect');
    const pauseMs = (BLOCK / linesPerSecond) * 1000;
    // The daemon takes nothing for as long as storage can't: up to minutes.
    while (this.running && !socket.destroyed && this.byTelnet.length < MAX_FLOOD) {
      if (socket.write(this.lines())) await sleep(pauseMs);
      else await writable(socket);
    }
    // Its answer comes when every line before it has been taken.
    if (!socket.write('version\n')) await writable(socket);
    if (!socket.destroyed) await Promise.race([once(socket, 'data'), once(socket, 'close'), sleep(60_000, undefined, { ref: false })]);
    socket.destroy();
  }

  /** A block of points. */
  private lines(): string {
    const numbers = this.block();
    this.byTelnet.push(...numbers);
    const lines = numbers.map((n) => {
      const { metric, timestamp, value, tags } = this.point(n);
      return `put ${metric} ${timestamp} ${value} series=${tags.series}\n`;
    });
    return lines.join('');
  }

  private refuse(text: string): void {
    if (this.refusals.length < 5000) this.refusals.push(text.slice(0, 2000));
  }

  /** Points handed over so far. */
  get sent(): number {
    return this.next;
  }

  /** Ends it, whatever becomes of what was sent. */
  abandon(): void {
    this.running = false;
    running.delete(this);
  }

  /** Ends it, and waits until the daemon has stored what it took by telnet. */
  async stop(): Promise<void> {
    this.abandon();
    await Promise.all(this.work);
    await eventually(async () => {
      const stats = JSON.parse(await this.client.call('/api/stats')) as { metric: string; value: string }[];
      const waiting = Number(stats.find(({ metric }) => metric === 'tsd.write.buffer.points')?.value);
      if (waiting !== 0) throw new Error(`${waiting} points are still not stored`);
    }, 60_000);
    // A line says that a point failed, not which.
    if (this.telnetErrors === 0) for (const n of this.byTelnet) this.acknowledged.add(n);
  }

  /** Acknowledged points that are not there, or not as they were written. */
  async missing(): Promise<number[]> {
    const found = new Set<number>();
    const answer = await eventually(() =>
      this.client.call(`/api/query?start=${BASE}&end=${BASE + 7 * 86400}&arrays=true&m=none:${this.options.metric}`),
    );
    for (const { tags, dps } of JSON.parse(answer) as AnsweredSeries[])
      for (const [timestamp, value] of dps) {
        const { tags: wanted, timestamp: at } = this.point(value);
        if (tags.series === wanted.series && timestamp === at) found.add(value);
      }
    return [...this.acknowledged].filter((n) => !found.has(n));
  }
}

function countOf(body: string): number {
  const answer = JSON.parse(body) as { dps: Record<string, number> }[];
  return answer.flatMap(({ dps }) => Object.values(dps)).reduce((sum, count) => sum + count, 0);
}
