import type { Writable } from 'node:stream';

/**
 * Resolves when a stream that has been given much takes more, or takes nothing any more: whoever writes in a loop asks `destroyed` before each time, for a stream that
 * is gone answers at once.
 */
export function writable(stream: Writable): Promise<void> {
  if (stream.destroyed || !stream.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}
