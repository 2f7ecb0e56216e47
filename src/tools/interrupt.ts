import { sharedAborter } from '../util/stop-signal';
import type { ToolIo } from './common';

/** The user has asked for the end, as with Ctrl-C. */
export class Interrupted extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}`);
    this.name = 'Interrupted';
  }

  /** What a shell gives a process that the signal has ended. */
  get exitCode(): number {
    return this.signal === 'SIGINT' ? 130 : 143;
  }
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];

/**
 * Lets long work come to an orderly end when the user or the system asks for it; who asks twice ends the process at once.
 * @param work rejects with the signal's reason, an Interrupted, soon after it is aborted
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = sharedAborter();
  const handlers = SIGNALS.map((name) => {
    const handler = (): void => stop.abort(new Interrupted(name));
    process.once(name, handler);
    return [name, handler] as const;
  });
  try {
    return await work(stop.signal);
  } finally {
    for (const [name, handler] of handlers) process.removeListener(name, handler);
  }
}

/**
 * Tells, when that is why work has ended, that it was interrupted.
 * @param how the user goes on
 * @returns the exit code
 * @throws the error, when it is another
 */
export function tellInterrupted(error: unknown, { stderr }: ToolIo, how?: string): number {
  if (!(error instanceof Interrupted)) throw error;
  stderr.write(`${error.message}${how === undefined ? '' : `: ${how}`}\n`);
  return error.exitCode;
}
