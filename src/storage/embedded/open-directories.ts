import { watchNativeWork } from '../../util/end-process';
import { DoNotRetryError } from '../errors';
import type { ProcessGate } from './process-gate';

/**
 * Directories that this process has open, by their real paths. LMDB must not open a file twice: closing one of the two takes away the locks
 * of both, and the next process takes the file for one that nobody uses.
 */
const opened = new Map<string, ProcessGate>();
process.on('exit', () => {
  for (const gate of opened.values()) gate.holdUntilDeath();
});
// A thread of LMDB that commits waits for the event loop.
watchNativeWork(() => ([...opened.values()].some((gate) => gate.isCommitting) ? 'a commit of the embedded store' : null));

/** @param path as the user named it @throws DoNotRetryError when this process has the store open */
export function throwIfOpen(realPath: string, path: string): void {
  if (opened.has(realPath)) throw new DoNotRetryError(`The embedded store in ${path} is open in this process already`);
}

/** From here on the store counts as open; when the process ends meanwhile, nobody comes in while LMDB closes the file. */
export function noteOpen(realPath: string, gate: ProcessGate): void {
  opened.set(realPath, gate);
}

export function noteClosed(realPath: string): void {
  opened.delete(realPath);
}
