import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import type { JavaNamed } from '../util/errors';
import { messageOf } from '../util/message-of';

const LF = 10;
const CR = 13;
const NOWHERE = -2;

/** The bytes of an input. */
export type ImportInput = AsyncIterable<Buffer>;

/**
 * Opens a file, unpacked when its name ends in `.gz`, or `-` for standard input.
 * @throws FileNotFoundError in the words of the JDK
 */
export async function openInput(path: string, stdin: NodeJS.ReadableStream): Promise<ImportInput> {
  if (path === '-') return stdin as AsyncIterable<Buffer>;
  const handle = await open(path).catch((error: unknown) => {
    throw new FileNotFoundError(path, reasonOf(error));
  });
  if ((await handle.stat()).isDirectory()) {
    await handle.close();
    throw new FileNotFoundError(path, 'Is a directory');
  }
  const file = handle.createReadStream({ highWaterMark: 1 << 18 });
  if (!path.endsWith('.gz')) return file;
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  file.on('error', (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}

/** A file of points that can't be read. */
class FileNotFoundError extends Error implements JavaNamed {
  readonly javaClass = 'java.io.FileNotFoundException';

  constructor(path: string, reason: string) {
    super(`${path} (${reason})`);
    this.name = 'FileNotFoundError';
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'No such file or directory';
  return code === 'EACCES' ? 'Permission denied' : messageOf(error);
}

/**
 * Calls back with each line of an input, in place; line ends are LF, CR or CRLF.
 * @param visit its promise, if it returns one, is awaited before the next line
 */
export async function forEachLine(
  input: ImportInput,
  visit: (bytes: Buffer, from: number, to: number) => Promise<void> | undefined,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  /** Where the last CR was; of one that ended the chunk before: just before this one. */
  let cr = NOWHERE;
  for await (const chunk of input) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    for (let at = rest.length; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte > CR || (byte !== LF && byte !== CR)) continue;
      if (byte === CR) cr = at;
      else if (at === cr + 1) {
        from = at + 1;
        continue;
      }
      const waiting = visit(bytes, from, at);
      if (waiting) await waiting;
      from = at + 1;
    }
    rest = bytes.subarray(from);
    cr = cr === bytes.length - 1 ? -1 : NOWHERE;
  }
  if (rest.length > 0) await visit(rest, 0, rest.length);
}
