import type { AddressInfo } from 'node:net';
import type { Log } from '../util/log';
import type { LogEvent } from '../util/log-ring';
import type { Door } from './door';
import type { Exchange } from './exchange';
import type { ToPrimary } from './messages';
import { BEAT_MS, Pulse } from './pulse';
import { RestartPause } from './restart-pause';
import { SilentWorkers } from './silent-workers';
import type { Phase } from './start-lines';
import { Worker, type WorkerProcess } from './worker';
import { WorkerStartError } from './worker-start-error';

export interface SupervisorParts {
  /** Starts a process and tells it what it begins with. */
  readonly launch: (place: number) => WorkerProcess;
  readonly count: number;
  readonly door: Pick<Door, 'listen' | 'close' | 'add' | 'remove' | 'ended' | 'taken' | 'closed' | 'moved'>;
  readonly exchange: Pick<Exchange, 'join' | 'ready' | 'leave' | 'ask' | 'answered' | 'silent' | 'lock' | 'unlock' | 'count'>;
  /** A worker has ended: nothing comes from it any more. */
  readonly onEnd: (worker: Worker) => void;
  /** Spreads long connections evenly over these workers. */
  readonly balance: (workers: readonly Worker[]) => Promise<void>;
  readonly logger: Log;
  /** Takes what workers log. */
  readonly log: (events: readonly LogEvent[], leftOut: number, phase: Phase) => void;
  /** Milliseconds that a worker has to end in order; then it is killed. */
  readonly patienceMs: number;
  /** A worker wants the TSD to end. */
  readonly onStop: (reason: string) => void;
  /** Milliseconds on a clock that does not go back. */
  readonly now?: () => number;
  /** @returns takes the timer back */
  readonly after?: (ms: number, work: () => void) => () => void;
}

const defaultAfter = (ms: number, work: () => void): (() => void) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};

/** Starts workers, starts another one in the place of each that ends, replaces them one by one when asked to, and ends them in order. */
export class Supervisor {
  /** Workers that were started because one had ended by itself. */
  restarts = 0;
  private readonly workers = new Map<number, Worker>();
  private readonly pauses = new Map<number, RestartPause>();
  private address: AddressInfo | null = null;
  private starting: { resolve: () => void; reject: (error: Error) => void } | null = null;
  private stopping: Promise<void> | null = null;
  private replacing: Promise<void> | null = null;
  private balancing: Promise<void> = Promise.resolve();
  private readonly cancelRestart = new Set<() => void>();
  private readonly pulse: Pulse<Worker>;
  private stopBeating: () => void = () => {};
  /** Resolved when another worker serves, or can't. */
  private changed: (() => void)[] = [];
  private readonly now: () => number;
  private readonly after: NonNullable<SupervisorParts['after']>;

  constructor(private readonly parts: SupervisorParts) {
    this.now = parts.now ?? (() => performance.now());
    this.after = parts.after ?? defaultAfter;
    this.pulse = new Pulse(new SilentWorkers(parts, (worker) => this.serves(worker)));
  }

  /** Processes of the workers that serve, or are about to. */
  get pids(): (number | undefined)[] {
    return [...this.workers.values()].map(({ process }) => process.pid);
  }

  /**
   * Starts all workers; the port opens when every one of them can serve.
   * @throws WorkerStartError for the first that can't; ConfigValueError when the port can't be opened. No worker is left then
   */
  async start(): Promise<AddressInfo> {
    const ready = new Promise<void>((resolve, reject) => (this.starting = { resolve, reject }));
    this.beatOn();
    for (let place = 1; place <= this.parts.count; place++) this.launch(place);
    try {
      await ready;
      this.address = await this.parts.door.listen();
    } catch (error) {
      this.starting = null;
      await this.stop('initialization failed');
      throw error;
    }
    this.starting = null;
    for (const worker of this.workers.values()) this.serve(worker);
    return this.address;
  }

  /** Ends all workers in order, the keeper last. Resolves when no process is left. */
  stop(reason: string): Promise<void> {
    this.stopping ??= this.stopAll(reason);
    return this.stopping;
  }

  /** Replaces the workers one after the other: their connections go to the others, and back when these are replaced. */
  replaceAll(): void {
    const { logger, count } = this.parts;
    if (this.stopping !== null || this.address === null) return;
    if (this.replacing !== null) {
      logger.info('Workers are being replaced already');
      return;
    }
    logger.info(`Replacing ${count} workers, one after the other`);
    this.replacing = this.replaceEach()
      .then((done) => {
        if (done) logger.info('All workers are replaced');
      })
      .finally(() => {
        this.replacing = null;
        this.balance();
      });
  }

  /** Not while workers are replaced one after the other: their connections move in any case. */
  private balance(): void {
    if (this.replacing !== null || this.stopping !== null) return;
    this.balancing = this.balancing.then(() => this.parts.balance([...this.workers.values()].filter((worker) => this.serves(worker))));
  }

  private async replaceEach(): Promise<boolean> {
    const before = new Set(this.workers.values());
    for (let place = 1; place <= this.parts.count; place++) {
      const present = this.workers.get(place);
      const worker = present?.ready === true ? present : await this.serving(place);
      // One that has ended by itself meanwhile has been replaced by that.
      if (worker === null || !before.has(worker)) continue;
      if (worker.ending === null) this.retire(worker);
      await worker.gone;
      await this.serving(place);
    }
    return this.stopping === null;
  }

  /** Resolves when a worker serves in this place; null: all are about to end. */
  private async serving(place: number): Promise<Worker | null> {
    while (this.stopping === null) {
      const worker = this.workers.get(place);
      if (worker?.ready === true) return worker;
      await new Promise<void>((wake) => this.changed.push(wake));
    }
    return null;
  }

  private launch(place: number): void {
    const worker = new Worker(place, this.parts.launch(place));
    this.workers.set(place, worker);
    this.parts.exchange.join(worker);
    worker.process.onMessage((message, socket) => this.received(worker, message, socket));
    worker.process.onExit((code, signal) => this.exited(worker, code, signal));
  }

  private received(worker: Worker, message: ToPrimary, socket: unknown): void {
    const { door, exchange, log, onStop } = this.parts;
    this.pulse.heard(worker);
    switch (message.type) {
      case 'ready':
        return this.isReady(worker);
      case 'failed':
        worker.failure = message;
        return;
      case 'log':
        return log(message.events, message.leftOut, this.phaseOf(worker));
      case 'taken':
        return door.taken(message.id);
      case 'closed':
        return door.closed(message.id);
      case 'move':
        worker.send({ type: 'arrived', id: message.id });
        return door.moved(message.id, socket, message.passage);
      case 'ask':
        return exchange.ask(worker, message);
      case 'answer':
        return exchange.answered(worker, message);
      case 'silence':
        return exchange.silent(worker, message);
      case 'lock':
        return exchange.lock(worker, message);
      case 'unlock':
        return exchange.unlock(worker, message.name);
      case 'counts':
        return exchange.count(worker, message);
      case 'stop':
        return onStop(message.reason);
      case 'retire':
        if (this.serves(worker)) this.retire(worker);
        return;
      case 'left':
        return worker.left();
      case 'alive':
        return;
    }
  }

  private phaseOf({ ready }: Worker): Phase {
    if (ready) return 'serving';
    return this.address === null ? 'start' : 'restart';
  }

  private isReady(worker: Worker): void {
    worker.ready = true;
    worker.readyAt = this.now();
    // Until then it may have much to load at once.
    this.pulse.watch(worker);
    this.parts.exchange.ready(worker);
    if (this.address !== null) {
      this.serve(worker);
      this.balance();
    } else if ([...this.workers.values()].every(({ ready }) => ready)) this.starting?.resolve();
    this.wakeUp();
  }

  private serves({ ready, ending }: Worker): boolean {
    return ready && ending === null && this.address !== null && this.stopping === null;
  }

  private serve(worker: Worker): void {
    if (!this.serves(worker)) return;
    worker.send({ type: 'serve', address: this.address as AddressInfo });
    if (!worker.silent) this.parts.door.add(worker);
  }

  private beatOn(): void {
    this.stopBeating = this.after(BEAT_MS, () => {
      this.pulse.beat();
      this.beatOn();
    });
  }

  private retire(worker: Worker): void {
    worker.ending = 'retire';
    this.parts.door.remove(worker);
    worker.send({ type: 'retire' });
    this.killLater(worker);
  }

  private killLater(worker: Worker): void {
    const cancel = this.after(this.parts.patienceMs, () => {
      this.parts.logger.error(`${worker.name} did not end in ${this.parts.patienceMs} ms: it is killed`);
      worker.process.kill('SIGKILL');
    });
    void worker.gone.then(cancel);
  }

  private exited(worker: Worker, code: number | null, signal: string | null): void {
    const { door, exchange } = this.parts;
    this.workers.delete(worker.place);
    this.pulse.forget(worker);
    door.ended(worker);
    exchange.leave(worker);
    this.parts.onEnd(worker);
    worker.left();
    worker.ended();
    if (this.stopping !== null) return this.lastOfAll();
    const how = signal === null ? `code ${code}` : signal;
    if (this.address === null) {
      const { text, code: exitCode } = worker.failure ?? {
        text: `Worker ${worker.place} ended with ${how} before it could serve\n`,
        code: 1,
      };
      this.starting?.reject(new WorkerStartError(text, exitCode));
      return;
    }
    this.startAgain(worker, how);
    this.wakeUp();
  }

  private startAgain(worker: Worker, how: string): void {
    const { logger } = this.parts;
    const { place } = worker;
    if (worker.ending === 'retire' && worker.ready) {
      logger.info(`${worker.name} has ended, another one takes its place`);
      return this.launch(place);
    }
    const pause = this.pauseOf(place).next(worker.ready ? this.now() - worker.readyAt : 0);
    const reason = worker.failure === null ? '' : `: ${worker.failure.text.trimEnd()}`;
    const when = pause === 0 ? '' : ` in ${pause} ms`;
    logger.error(`${worker.name} ended with ${how}, another one is started in its place${when}${reason}`);
    this.restarts++;
    if (pause === 0) return this.launch(place);
    const cancel = this.after(pause, () => {
      this.cancelRestart.delete(cancel);
      this.launch(place);
    });
    this.cancelRestart.add(cancel);
  }

  private pauseOf(place: number): RestartPause {
    let pause = this.pauses.get(place);
    if (pause === undefined) this.pauses.set(place, (pause = new RestartPause()));
    return pause;
  }

  private async stopAll(reason: string): Promise<void> {
    for (const cancel of this.cancelRestart) cancel();
    await this.parts.door.close();
    await this.balancing;
    const all = [...this.workers.values()];
    // What one is just giving to others these must still take, before they end themselves.
    await Promise.all(all.filter(({ ending }) => ending === 'retire').map(({ hasLeft }) => hasLeft));
    for (const worker of all) {
      worker.ending = 'stop';
      // One that has not started yet has nothing to end in order.
      if (worker.ready) worker.send({ type: 'stop', reason });
      else worker.process.kill('SIGKILL');
      this.killLater(worker);
    }
    this.wakeUp();
    this.lastOfAll();
    await Promise.all(all.map(({ gone }) => gone));
    this.stopBeating();
  }

  /** The keeper does for the others what only one may do, so it is the last to end. */
  private lastOfAll(): void {
    const [only] = this.workers.values();
    if (this.workers.size === 1 && only.ending === 'stop') only.send({ type: 'last' });
  }

  private wakeUp(): void {
    for (const wake of this.changed.splice(0)) wake();
  }
}
