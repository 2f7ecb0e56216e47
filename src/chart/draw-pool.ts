import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ChartDescription } from './description';
import type { DrawReply, DrawRequest } from './draw-worker';
import type { PictureFormat } from './drawer';

const WORKER_FILE = join(__dirname, `draw-worker${extname(__filename)}`);
/** Of a thread's heap, in megabytes: the largest picture with the most series takes about a third of it. */
const HEAP_MB = 192;

export interface DrawPoolSettings {
  /** Most pictures that are drawn at once, each in a thread of its own. */
  readonly threads: number;
  /** Most pictures that wait for a thread. */
  readonly waiting: number;
  /** A picture that takes longer is given up, and its thread with it. */
  readonly timeoutMs: number;
  /** A thread that has had nothing to draw for so long ends. */
  readonly idleMs: number;
  /** Arguments of Node.js for the threads; absent: those of the process. */
  readonly execArgv?: readonly string[];
}

/** Too many pictures wait already. */
export class DrawQueueFullError extends Error {
  constructor() {
    super('Too many requests pending, please try again later');
    this.name = 'DrawQueueFullError';
  }
}

interface Job extends DrawRequest {
  readonly signal: AbortSignal;
  resolve(picture: Buffer): void;
  reject(error: Error): void;
  /** It waits no longer. */
  leaveQueue(): void;
}

/** Draws charts in threads, which are started when they are needed: the event loop goes on meanwhile. */
export class DrawPool {
  private readonly threads = new Set<DrawThread>();
  private readonly waiting: Job[] = [];
  private closed = false;

  constructor(private readonly settings: DrawPoolSettings) {}

  /** Pictures that are drawn now, and that wait. */
  get load(): { drawing: number; waiting: number } {
    return { drawing: [...this.threads].filter(({ isFree }) => !isFree).length, waiting: this.waiting.length };
  }

  /**
   * Resolves with the bytes of the picture's file. The arrays of the chart's series are handed over: they are empty afterwards.
   * @param signal takes a picture that waits out of the queue
   * @throws DrawQueueFullError; Error when it cannot be drawn; the signal's reason
   */
  draw(chart: ChartDescription, format: PictureFormat, signal: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(new Error('No more pictures are drawn: the program is about to end'));
      if (signal.aborted) return reject(signal.reason as Error);
      const job: Job = { chart, format, signal, resolve, reject, leaveQueue: () => undefined };
      const thread = this.freeThread();
      if (thread !== null) return thread.start(job);
      if (this.waiting.length >= this.settings.waiting) return reject(new DrawQueueFullError());
      const gaveUp = (): void => this.giveUp(job);
      job.leaveQueue = () => signal.removeEventListener('abort', gaveUp);
      signal.addEventListener('abort', gaveUp, { once: true });
      this.waiting.push(job);
    });
  }

  /** Ends all threads; what is not drawn yet fails. */
  async close(): Promise<void> {
    this.closed = true;
    for (let job = this.next(); job !== undefined; job = this.next()) job.reject(new Error('The picture was not drawn: the program ends'));
    await Promise.all([...this.threads].map((thread) => thread.end()));
  }

  /** The picture whose turn it is; undefined: none waits. */
  private next(): Job | undefined {
    const job = this.waiting.shift();
    job?.leaveQueue();
    return job;
  }

  private giveUp(job: Job): void {
    const at = this.waiting.indexOf(job);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    job.reject(job.signal.reason as Error);
  }

  private freeThread(): DrawThread | null {
    for (const thread of this.threads) if (thread.isFree) return thread;
    if (this.threads.size >= this.settings.threads) return null;
    const thread: DrawThread = new DrawThread(this.settings, {
      free: () => {
        const next = this.next();
        if (next !== undefined) thread.start(next);
      },
      ended: () => {
        this.threads.delete(thread);
        const next = this.closed ? undefined : this.next();
        if (next !== undefined) this.freeThread()?.start(next);
      },
    });
    this.threads.add(thread);
    return thread;
  }
}

interface ThreadListener {
  /** It may get the next job. */
  free(): void;
  /** It is no more. */
  ended(): void;
}

/** A thread and the picture that it draws. */
class DrawThread {
  private readonly worker: Worker;
  private job: Job | null = null;
  private ending = false;
  private overdue: NodeJS.Timeout | null = null;
  private idle: NodeJS.Timeout | null = null;

  constructor(
    private readonly settings: DrawPoolSettings,
    private readonly listener: ThreadListener,
  ) {
    const { execArgv } = settings;
    this.worker = new Worker(WORKER_FILE, {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    this.worker.unref();
    this.worker.on('message', (reply: DrawReply) => this.finished(reply));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => {
      this.fail(new Error('The thread that draws pictures has ended'));
      this.stopTimers();
      this.listener.ended();
    });
  }

  get isFree(): boolean {
    return this.job === null && !this.ending;
  }

  start(job: Job): void {
    this.job = job;
    this.stopTimers();
    this.worker.ref();
    this.overdue = setTimeout(() => {
      this.fail(new Error(`The picture was not drawn within ${this.settings.timeoutMs} ms`));
      void this.end();
    }, this.settings.timeoutMs);
    const arrays = job.chart.series.flatMap(({ times, values }) => [times.buffer, values.buffer]);
    this.worker.postMessage({ chart: job.chart, format: job.format } satisfies DrawRequest, [...new Set(arrays)] as ArrayBuffer[]);
  }

  async end(): Promise<void> {
    this.ending = true;
    await this.worker.terminate();
  }

  private finished(reply: DrawReply): void {
    const { job } = this;
    if (job === null || this.ending) return;
    this.job = null;
    this.stopTimers();
    this.worker.unref();
    if ('error' in reply) job.reject(new Error(reply.error));
    else job.resolve(Buffer.from(reply.picture.buffer, reply.picture.byteOffset, reply.picture.byteLength));
    this.listener.free();
    if (this.job === null) this.idle = setTimeout(() => void this.end(), this.settings.idleMs).unref();
  }

  private fail(error: Error): void {
    this.job?.reject(error);
    this.job = null;
  }

  private stopTimers(): void {
    clearTimeout(this.overdue ?? undefined);
    clearTimeout(this.idle ?? undefined);
  }
}
