import { spawn } from 'node:child_process';

const LOOK_MS = 100;
const KILL_MS = 3000;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Ask it to stop when it has done enough, or after so long, with SIGINT for programs that want that, and make it stop 3 s later. */
  isEnough?: () => boolean;
  stopAfterMs?: number;
  signal?: NodeJS.Signals;
}

/** Runs a program to its end, or to the time when it is told to stop. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env, isEnough = () => false, stopAfterMs = 120_000, signal = 'SIGTERM' }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    const giveUp = performance.now() + stopAfterMs;
    let hard: NodeJS.Timeout | undefined;
    const look = setInterval(() => {
      if (!isEnough() && performance.now() < giveUp) return;
      clearInterval(look);
      child.kill(signal);
      hard = setTimeout(() => child.kill('SIGKILL'), KILL_MS);
    }, LOOK_MS);
    const over = (): void => {
      clearInterval(look);
      clearTimeout(hard);
    };
    child.once('error', (error) => {
      over();
      reject(error);
    });
    child.once('close', (code) => {
      over();
      resolve({ code, stdout, stderr });
    });
  });
}
