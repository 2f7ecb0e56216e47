import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf, killProcess, markedProcesses } from './marked-processes.cjs';

/** In the environment of all that a run starts: what it leaves behind is known by it, whatever group of processes it is in. */
const MARK = 'TSDB_TEST_RUN';
/** So often it is looked for processes that do not end though they were killed: the system ends them later. */
const LOOKS = 100;
const LOOK_MS = 50;

/** Those that run now, to be ended with this process. */
const running = new Set();

/**
 * Runs a program to its end, but not for ever: when the limit aborts it is killed, with all that it has started. What it leaves behind when it ends by itself is
 * killed, too.
 * @param limit an AbortSignal
 * @returns `ok`: it ended by itself, and well; `cut`: it was killed; `left`: command lines of what it left behind
 */
export async function runLimited(command, args, { cwd, env = {}, limit }) {
  if (limit.aborted) return { ok: false, cut: true, left: [] };
  const mark = randomUUID();
  const marks = `${process.env[MARK] ?? ''} ${mark}`;
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env, [MARK]: marks },
    detached: true,
  });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', (error) => {
      console.log(String(error));
      resolve(null);
    });
  });
  const run = { pid: child.pid, mark };
  running.add(run);
  const cutOff = () => killNow(run);
  limit.addEventListener('abort', cutOff, { once: true });
  try {
    const status = await ended;
    const cut = limit.aborted;
    const left = await killRest(run);
    return { ok: status === 0 && !cut, cut, left: cut ? [] : left };
  } finally {
    limit.removeEventListener('abort', cutOff);
    running.delete(run);
  }
}

/** Kills all that runs, such as when somebody has interrupted this process. */
export function killRunning() {
  for (const run of running) killNow(run);
}

/** Kills its group of processes, and those in other groups. @returns command lines of what was there */
function killNow({ pid, mark }) {
  const found = markedProcesses(mark);
  const commands = found.map(commandOf);
  if (pid !== undefined) killProcess(-pid);
  for (const other of found) killProcess(other);
  return commands;
}

/** Kills until nothing is left: one may start another while it is looked for. @returns command lines of what was there first */
async function killRest(run) {
  const first = killNow(run);
  for (let looks = 0, left = first; left.length > 0 && looks < LOOKS; looks++) {
    await sleep(LOOK_MS);
    left = killNow(run);
  }
  return first;
}
