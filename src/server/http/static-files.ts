import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { readRegularFile } from '../../util/regular-file';

/** Files are answered from memory; nothing that belongs under a static root is longer. */
const MAX_BYTES = 64 << 20;
/** The page's own files have this in front. Each but `index.html` is named by its contents. */
export const PAGE_FILES = 'page/';

export interface StaticFile {
  readonly bytes: Buffer;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/** Directories that files are looked for in. */
export interface StaticRoots {
  /** The configured one; empty: none. */
  readonly staticRoot: string;
  /** What comes with the program. The page is found in it wherever other files are. */
  readonly packagedRoot: string;
}

/** A file below the static root, the page's below the packaged one, too. @param name slashes and all, as in the address; null: there is none */
export async function findStaticFile({ staticRoot, packagedRoot }: StaticRoots, name: string): Promise<StaticFile | null> {
  const found = staticRoot === '' ? null : await readWithin(staticRoot, name);
  return found ?? (name.startsWith(PAGE_FILES) ? readWithin(packagedRoot, name) : null);
}

async function readWithin(root: string, name: string): Promise<StaticFile | null> {
  const path = await within(root, name);
  return path === null ? null : readRegularFile(path, { mostBytes: MAX_BYTES });
}

/** The file's real path, if it is below the root: not through `..`, a backslash, a NUL byte or a symbolic link. */
async function within(root: string, name: string): Promise<string | null> {
  if (/[\\\0]/.test(name) || name.split('/').includes('..')) return null;
  try {
    const [realRoot, path] = await Promise.all([realpath(root), realpath(join(root, name))]);
    return path.startsWith(realRoot + sep) ? path : null;
  } catch {
    return null;
  }
}
