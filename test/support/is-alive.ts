import { readFileSync } from 'node:fs';

/** Whether there is such a process. One that has ended and whose parent takes no notice, such as a container's first process, is none. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
