import { spawn } from 'node:child_process';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Ask it to stop after so long, with SIGINT for programs that want that, and make it stop 3 s later. */
  stopAfterMs?: number;
  signal?: NodeJS.Signals;
}

/** Runs a program to its end, or to the time when it is told to stop. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env, stopAfterMs = 120_000, signal = 'SIGTERM' }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    const soft = setTimeout(() => child.kill(signal), stopAfterMs);
    const hard = setTimeout(() => child.kill('SIGKILL'), stopAfterMs + 3000);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(soft);
      clearTimeout(hard);
      resolve({ code, stdout, stderr });
    });
  });
}
