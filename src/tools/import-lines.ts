import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

const LF = 10;
const CR = 13;

/** The bytes of an input: a file, unpacked when its name ends in `.gz`, or `-` for standard input. */
function open(path: string, stdin: NodeJS.ReadableStream): AsyncIterable<Buffer> {
  if (path === '-') return stdin as AsyncIterable<Buffer>;
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  if (!path.endsWith('.gz')) return file;
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  file.on('error', (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}

/**
 * Calls back with each line of an input, in place; line ends are LF, CR or CRLF.
 * @param visit its promise, if it returns one, is awaited before the next line
 */
export async function forEachLine(
  path: string,
  stdin: NodeJS.ReadableStream,
  visit: (bytes: Buffer, from: number, to: number) => Promise<void> | undefined,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let afterCr = false;
  for await (const chunk of open(path, stdin)) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    for (let at = rest.length; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === LF && afterCr) from = at + 1;
      else if (byte === LF || byte === CR) {
        const waiting = visit(bytes, from, at);
        if (waiting) await waiting;
        from = at + 1;
      }
      afterCr = byte === CR;
    }
    rest = bytes.subarray(from);
  }
  if (rest.length > 0) await visit(rest, 0, rest.length);
}
