import { fork } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ToPrimary, WorkerStart } from './messages';
import type { WorkerProcess } from './worker';

/** Starts a worker's process. @param file its program */
export function launchWorker(file: string, start: WorkerStart): WorkerProcess {
  // Nobody's signals but the primary's: what a terminal sends to all of its processes is for the primary to follow.
  const child = fork(file, [`${start.place}`], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  // What can't be sent to a process that is ending is dealt with when it has ended.
  child.on('error', () => {});
  const ignored = (): void => {};
  child.send(start, ignored);
  return {
    pid: child.pid,
    send: (message, socket?: Socket) => {
      if (!child.connected) return;
      if (socket === undefined) child.send(message, ignored);
      else child.send(message, socket, { keepOpen: true }, ignored);
    },
    onMessage: (listener) => void child.on('message', (message, socket: unknown) => listener(message as ToPrimary, socket)),
    onExit: (listener) => {
      child.once('exit', (code, signal) => {
        // What it has said last comes before that.
        if (child.connected) child.once('disconnect', () => listener(code, signal));
        else listener(code, signal);
      });
    },
    kill: (signal) => void child.kill(signal),
  };
}
