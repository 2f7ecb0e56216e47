import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IllegalStateError } from './errors';

const NAME = 'lock';

/**
 * Takes a directory for this process. A lock whose process is gone is taken over.
 * @param what how the message calls it
 * @returns lets go of it
 * @throws IllegalStateError when a process that lives has it
 */
export function lockDirectory(directory: string, what: string): () => void {
  const path = join(directory, NAME);
  const own = identity(process.pid);
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, own, { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = read(path);
    const pid = Number(holder.split(' ')[0]);
    if (attempt > 0 || (pid > 0 && holder !== own && isAlive(pid) && identity(pid) === holder))
      throw new IllegalStateError(`${what} ${directory} is in use by process ${pid}`);
    rmSync(path, { force: true });
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // let go of meanwhile
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process by its number and, where the system says it, its start: numbers are used again. */
function identity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${started}`;
  } catch {
    return `${pid}`;
  }
}
