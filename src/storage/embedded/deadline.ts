import { TimeoutError } from '../errors';
import type { CallOptions } from '../storage';

/** @throws TimeoutError when the call's time is over or its caller has given up */
export function throwIfOver(options: CallOptions | undefined, table?: string): void {
  if (options?.signal?.aborted) throw new TimeoutError('The call was given up', { table, cause: options.signal.reason });
  if (options?.deadline !== undefined && Date.now() >= options.deadline)
    throw new TimeoutError(`The embedded store did not answer in time`, { table });
}

/** Answers with the work's result, or with a TimeoutError at the deadline; the work itself goes on. */
export function withinDeadline<T>(work: Promise<T>, options: CallOptions | undefined, table: string): Promise<T> {
  const { deadline, signal } = options ?? {};
  if (deadline === undefined && signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => {
      try {
        throwIfOver(options, table);
      } catch (e) {
        reject(e);
      }
    };
    const timer = deadline === undefined ? null : setTimeout(giveUp, Math.max(0, deadline - Date.now()) + 1);
    signal?.addEventListener('abort', giveUp, { once: true });
    const settled = (): void => {
      if (timer !== null) clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    };
    work.finally(settled).then(resolve, reject);
  });
}
