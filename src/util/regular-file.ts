import { constants } from 'node:fs';
import { lstat, open, stat } from 'node:fs/promises';

/**
 * The contents of a file, and when they were changed, in milliseconds since the epoch. Null for what is no file, or too long: a FIFO or a
 * device is not even opened (that may wait without end, and hold up the end of the process), and if one took a file's place just now, opening
 * it does not wait.
 *
 * @param follow also through a symbolic link
 * @throws the system's error, e.g. ENOENT
 */
export async function readRegularFile(
  path: string,
  { mostBytes, follow = false }: { mostBytes: number; follow?: boolean },
): Promise<{ bytes: Buffer; modified: number } | null> {
  if (!(await (follow ? stat : lstat)(path)).isFile()) return null;
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const now = await file.stat();
    if (!now.isFile() || now.size > mostBytes) return null;
    return { bytes: await file.readFile(), modified: now.mtimeMs };
  } finally {
    await file.close();
  }
}
