import { setImmediate as nextTurn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Log } from './log';
import { messageOf } from './message-of';
import { withinTime } from './within-time';

export interface RedisLinkOptions {
  url: string;
  /** Milliseconds that a command may take. */
  timeoutMs: number;
}

const CONNECT_TIMEOUT_MS = 1000;
/** A connection with an unanswered command is closed after this time, and a new one is opened. */
const SILENCE_MS = 2000;
const MAX_RETRY_WAIT_MS = 500;

/** A command that was given up on. */
class RedisTimeout extends Error {}

/**
 * A connection to Redis. While it is up commands are answered within their timeout; while it is down they fail at once, and are never queued.
 * Logs once that Redis is unavailable, and once that it is back.
 */
export class RedisLink {
  readonly client: Redis;
  errors = 0;
  private up = false;
  private complained = false;
  private closed = false;
  private lastError = 'no connection';
  private readonly readyListeners: (() => void)[] = [];

  /** @param purpose how the log calls it */
  constructor(
    private readonly options: RedisLinkOptions,
    private readonly purpose: string,
    private readonly logger: Log,
  ) {
    this.client = new Redis(options.url, {
      lazyConnect: true,
      connectionName: 'tsdb',
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      keepAlive: 10_000,
      retryStrategy: (attempt) => Math.min(50 * attempt, MAX_RETRY_WAIT_MS),
    });
    this.client.on('error', (e: Error) => (this.lastError = e.message || e.name));
    this.client.on('connect', () => guardAnswers(this.client));
    this.client.on('ready', () => this.isUp());
    this.client.on('close', () => this.isDown(this.lastError));
  }

  get isReady(): boolean {
    return this.up;
  }

  onReady(listener: () => void): void {
    this.readyListeners.push(listener);
  }

  /** Starts connecting and waits for the first connection, or for its failure; doesn't reject. */
  async open(): Promise<void> {
    const connected = this.client.connect().catch(() => undefined);
    await withinTime(connected, CONNECT_TIMEOUT_MS, () => undefined);
    if (!this.up) this.isDown(this.lastError);
  }

  close(): void {
    this.closed = true;
    this.up = false;
    this.client.disconnect();
  }

  /**
   * Runs commands on the connection.
   * @returns null when it is down, or the commands failed or took too long; the failure is counted, and a connection that is too slow is given up
   */
  async run<T>(commands: (client: Redis) => Promise<T>): Promise<T | null> {
    if (!this.up) return null;
    try {
      return await withinTime(commands(this.client), this.options.timeoutMs, () => this.tooLate());
    } catch (e) {
      this.errors++;
      const message = messageOf(e);
      if (e instanceof RedisTimeout) {
        this.isDown(message);
        this.client.disconnect(true);
      } else if (!this.complained) this.complain(message);
      return null;
    }
  }

  private async tooLate(): Promise<never> {
    // When this process itself was busy for so long, the answer may be here already: let it be read first.
    await nextTurn();
    throw new RedisTimeout(`no answer within ${this.options.timeoutMs} ms`);
  }

  private isUp(): void {
    this.up = true;
    this.lastError = 'connection lost';
    if (this.complained) this.logger.info(`${this.purpose}: Redis at ${this.address()} answers again`);
    this.complained = false;
    for (const listener of this.readyListeners) listener();
  }

  private isDown(reason: string): void {
    this.up = false;
    if (!this.complained && !this.closed) this.complain(reason);
  }

  private complain(reason: string): void {
    this.complained = true;
    this.logger.warn(`${this.purpose}: Redis at ${this.address()} is of no use now (${reason}): going on with storage alone`);
  }

  private address(): string {
    const { host, port, path } = this.client.options;
    return path ?? `${host}:${port}`;
  }
}

/** Where a server answers what no Redis would, ioredis throws among the listeners of the socket, where nobody could catch it: such a connection ends. */
function guardAnswers({ stream }: Redis): void {
  for (const listener of stream.listeners('data') as ((chunk: Buffer) => void)[]) {
    stream.off('data', listener);
    stream.on('data', (chunk: Buffer) => {
      try {
        listener.call(stream, chunk);
      } catch (error) {
        stream.destroy(error as Error);
      }
    });
  }
}
