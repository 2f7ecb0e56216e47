import { RetryableError, TimeoutError, type CallOptions, type Storage } from '../../../../src/storage';

export type Mood = 'well' | 'away' | 'silent';

/** The operations, with the place of their options among the arguments. */
const OPTIONS_AT: Readonly<Record<string, number>> = { get: 2, multiGet: 2, put: 3, append: 3, delete: 3, increment: 5, compareAndSet: 6 };

/** A real store that goes away, so that calls fail at once, or falls silent, so that they end with their deadline (or when it is well again). */
export class MoodyStorage {
  mood: Mood = 'well';
  /** Writes take so long. */
  pauseMs = 0;
  /** Calls by operation. */
  readonly calls: Record<string, number> = {};
  /** Asked before each write: an error fails it. */
  refuse: (table: string, rows: readonly { row: Buffer }[]) => Error | null = () => null;
  readonly storage: Storage;

  /** @param patienceMs a call without deadline ends after */
  constructor(
    real: Storage,
    private readonly patienceMs = 60_000,
  ) {
    this.storage = new Proxy(real, {
      get: (target, property: string) => {
        // Every write is one of objects here.
        if (property === 'putRows') return undefined;
        const value = target[property as keyof Storage];
        if (typeof value !== 'function') return value;
        const call = (value as (...args: unknown[]) => unknown).bind(target);
        const optionsAt = OPTIONS_AT[property];
        if (optionsAt === undefined) return call;
        return async (...args: unknown[]) => {
          this.calls[property] = (this.calls[property] ?? 0) + 1;
          if (this.mood !== 'well') await this.fail(args[optionsAt] as CallOptions | undefined);
          const refusal = property === 'put' || property === 'append' ? this.refuse(args[0] as string, args[2] as { row: Buffer }[]) : null;
          if (refusal !== null) throw refusal;
          if (this.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, this.pauseMs));
          // A store that is well has all the time: a commit on a busy machine may take longer than a deadline, and that is not tested.
          const options = args[optionsAt] as CallOptions | undefined;
          if (options !== undefined) args[optionsAt] = { ...options, deadline: undefined };
          return call(...args);
        };
      },
    });
  }

  private async fail(options: CallOptions | undefined): Promise<void> {
    if (this.mood === 'away') throw new RetryableError('connection refused');
    const until = options?.deadline ?? Date.now() + this.patienceMs;
    while (this.mood === 'silent') {
      if (Date.now() >= until) throw new TimeoutError('no answer');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
