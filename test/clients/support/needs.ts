import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where `support/install` puts what isn't a Debian package. */
export const CACHE = join(homedir(), '.cache', 'opentsdb-ts', 'clients');

/** The full path of a program: a path as given, or a name looked up on the PATH and in the system's own directories. */
export function findProgram(name: string): string | undefined {
  const directories = name.includes('/') ? [''] : [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/go/bin'];
  return directories.map((directory) => join(directory, name)).find(isReadable);
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A suite that drives other programs. Where one of them is missing it is skipped, with the reason on the screen; with
 * CI=true a skip is a failure.
 * @param programs names of programs, or full paths of files
 */
export function describeWithPrograms(name: string, programs: readonly string[], suite: () => void): void {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const reason = `${missing.join(' and ')} missing; .ci/run and test/clients/support/install install them`;
  console.warn(`SKIPPED: ${name}: ${reason}`);
  if (process.env.CI === 'true') test(`${name} needs its programs`, () => Promise.reject(new Error(reason)));
  else test.skip(`${name} (skipped: ${reason})`, () => undefined);
}
