import type { ChildProcess } from 'node:child_process';

const PATIENCE_MS = 60_000;

/**
 * Ends a process that a test has started, also when it does not want to: when it is still there after a while it is killed. Resolves when it is gone.
 * @param signal null: it ends by itself
 * @returns the exit code, null after a signal that it did not handle
 */
export function endChild(child: ChildProcess, signal: NodeJS.Signals | null = 'SIGTERM', patienceMs = PATIENCE_MS): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
    if (signal !== null) child.kill(signal);
  });
}
