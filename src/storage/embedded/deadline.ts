import { withinTime } from '../../util/within-time';
import { TimeoutError } from '../errors';
import type { CallOptions } from '../storage';

/** @throws TimeoutError when the call's time is over or its caller has given up */
export function throwIfOver(options: CallOptions | undefined, table?: string): void {
  if (options?.signal?.aborted) throw new TimeoutError('The call was given up', { table, cause: options.signal.reason });
  if (options?.deadline !== undefined && Date.now() >= options.deadline) throw notInTime(table);
}

function notInTime(table: string | undefined): TimeoutError {
  return new TimeoutError('The embedded store did not answer in time', { table });
}

/** Answers with the work's result, or with a TimeoutError at the deadline; the work itself goes on. */
export function withinDeadline<T>(work: Promise<T>, options: CallOptions | undefined, table: string): Promise<T> {
  const { deadline, signal } = options ?? {};
  if (deadline === undefined && signal === undefined) return work;
  const giveUp = (): never => {
    throwIfOver(options, table);
    throw notInTime(table);
  };
  return withinTime(work, (deadline ?? Infinity) - Date.now(), giveUp, signal);
}
