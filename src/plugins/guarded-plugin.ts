import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import { RateLimitedLog } from '../util/rate-limited-log';
import { underPlugin, type StatsSink, type StatsSource } from '../util/stats';
import { withinTime } from '../util/within-time';
import { CallSlots } from './call-slots';
import type { Plugin, PluginKind } from './types';

/** How far a plugin is trusted. */
export interface PluginLimits {
  /** Milliseconds that a caller waits for an answer, for figures, and for the plugin's end. */
  answerMs: number;
  /** Calls that may be under way at once. */
  calls: number;
}

const LIMITS: PluginLimits = { answerMs: 10_000, calls: 10_000 };

/**
 * A plugin whose faults harm nobody: what it throws is counted, and logged now and then; nobody waits for it beyond a time limit; and a plugin
 * that does not keep up costs no more memory than so many calls.
 */
export class GuardedPlugin<P extends Plugin> implements StatsSource {
  private readonly slots: CallSlots;
  private readonly log: RateLimitedLog;
  private calls = 0;
  private faults = 0;
  private skipped = 0;
  private ended: Promise<void> | null = null;

  constructor(
    readonly plugin: P,
    private readonly kind: Pick<PluginKind<P>, 'role' | 'statsName'>,
    logger: Log,
    private readonly limits: PluginLimits = LIMITS,
  ) {
    this.slots = new CallSlots(limits.calls);
    this.log = new RateLimitedLog((message) => logger.error(message));
  }

  /** Tells the plugin something; nobody waits for it. When too many calls are under way it is not told. */
  tell(work: (plugin: P) => unknown): void {
    if (!this.slots.tryTake()) {
      this.skipped++;
      return;
    }
    try {
      const running = this.start(work);
      if (isPromise(running)) running.catch((error: unknown) => this.failed(error));
    } catch (error) {
      this.failed(error);
    }
  }

  /**
   * Asks the plugin something. While too many calls are under way the question waits for one of them to end.
   * @returns the answer, at once if the plugin has it at once
   * @throws what the plugin throws; Error when there is no answer in time. It has been counted and logged
   */
  ask<T>(work: (plugin: P) => Promise<T> | T): Promise<T> | T {
    try {
      const answer = this.slots.tryTake() ? this.start(work) : this.startLater(work);
      return isPromise(answer) ? this.inTime(answer) : answer;
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  /** Calls the plugin; a slot has been taken for it. */
  private start<T>(work: (plugin: P) => Promise<T> | T): Promise<T> | T {
    this.calls++;
    let answer: Promise<T> | T;
    try {
      answer = work(this.plugin);
    } catch (error) {
      this.slots.release();
      throw error;
    }
    const ended = (): void => this.slots.release();
    if (isPromise(answer)) answer.then(ended, ended);
    else ended();
    return answer;
  }

  private async startLater<T>(work: (plugin: P) => Promise<T> | T): Promise<T> {
    await this.slots.take(this.limits.answerMs);
    return this.start(work);
  }

  private async inTime<T>(pending: Promise<T>): Promise<T> {
    const { answerMs } = this.limits;
    try {
      return await withinTime(pending, answerMs, () => Promise.reject(new Error(`no answer within ${answerMs} ms`)));
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  private failed(error: unknown): void {
    this.faults++;
    this.log.log(() => `The ${this.kind.role} plugin failed (${this.faults} times so far): ${messageOf(error)}`);
  }

  /** What became of the calls, and the plugin's own figures. Waits only for a plugin that answers later; never rejects. */
  collectStats(sink: StatsSink): Promise<void> | void {
    const { role, statsName } = this.kind;
    const figures = { made: this.calls, failed: this.faults, skipped: this.skipped, under_way: this.slots.taken };
    for (const [type, count] of Object.entries(figures)) sink.record('plugin.calls', count, { type, role });
    return this.quietly(() => this.plugin.collectStats?.(underPlugin(sink, statsName)));
  }

  /** Ends the plugin, once, however often it is called; never rejects. */
  shutdown(): Promise<void> {
    this.ended ??= Promise.resolve(this.quietly(() => this.plugin.shutdown?.()));
    return this.ended;
  }

  private quietly(work: () => Promise<void> | void): Promise<void> | void {
    try {
      const running = work();
      if (isPromise(running)) return this.inTime(running).catch(() => undefined);
    } catch (error) {
      this.failed(error);
    }
  }
}

function isPromise<T>(value: Promise<T> | T): value is Promise<T> {
  return typeof (value as Promise<T> | null | undefined)?.then === 'function';
}
