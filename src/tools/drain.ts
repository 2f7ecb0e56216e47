import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import type { ToolIo } from './common';

const LINE_END = 0x0a;
/** A client whose line is longer is cut off: it does not speak this protocol. */
const MAX_LINE_BYTES = 64 << 10;
/** How many points of a connection one dot on the screen stands for. */
const POINTS_PER_DOT = 100;

/**
 * `tsddrain PORT DIRECTORY`: stands in for a TSD while storage is being worked on. Takes points by telnet and appends them, as `tsdb import`
 * reads them, to a file for each client's address. A dot is a hundred points, `O` and `X` a connection that begins and ends, `V` a client
 * that asks for the version, `!` a line that is not a point. Mirrors tsddrain.py, except that a line which is cut short is not kept.
 * @returns 0 after SIGINT or SIGTERM, when everything is in the files; 1 when it can't listen or write
 */
export async function run(argv: readonly string[], io: ToolIo): Promise<number> {
  const [port = '', directory] = argv;
  if (argv.length !== 2 || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    io.stderr.write('Usage: tsddrain <port> <directory>\n');
    return 1;
  }
  const drain = new Drain(directory, (mark) => void io.stdout.write(mark));
  const end = (): void => drain.end();
  process.on('SIGINT', end).on('SIGTERM', end);
  try {
    mkdirSync(directory, { recursive: true });
    await drain.listen(Number(port));
    io.stdout.write('Use Ctrl-C to stop me.\n');
    await drain.ended;
    return 0;
  } catch (error) {
    io.stderr.write(`tsddrain: ${(error as Error).message}\n`);
    return 1;
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/** The server and its files. */
class Drain {
  private readonly server = net.createServer((socket) => this.take(socket));
  private readonly sockets = new Set<net.Socket>();
  private readonly files = new Map<string, WriteStream>();
  private failure: Error | null = null;
  private tellEnded: (() => void) | null = null;
  /** Resolves when all files are closed. @throws what kept points from being written */
  readonly ended = new Promise<void>((resolve) => (this.tellEnded = resolve)).then(() => this.close());

  constructor(
    private readonly directory: string,
    private readonly mark: (text: string) => void,
  ) {}

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => this.server.once('error', reject).listen(port, '0.0.0.0', resolve));
  }

  /** Takes no more points. */
  end(): void {
    this.tellEnded?.();
  }

  private async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await Promise.all([...this.files.values()].map((file) => new Promise<void>((closed) => file.once('close', closed).end())));
    if (this.failure !== null) throw this.failure;
  }

  /** The file of a client: its connections share it. */
  private fileOf(address: string): WriteStream {
    let file = this.files.get(address);
    if (file === undefined) {
      file = createWriteStream(join(this.directory, address), { flags: 'a', flush: true });
      file.on('error', (error) => {
        this.failure ??= error;
        this.end();
      });
      this.files.set(address, file);
    }
    return file;
  }

  private take(socket: net.Socket): void {
    const file = this.fileOf(socket.remoteAddress ?? 'unknown');
    this.sockets.add(socket);
    this.mark('O');
    let rest = Buffer.alloc(0);
    let points = 0;
    socket.on('data', (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let to = bytes.indexOf(LINE_END); to >= 0; to = bytes.indexOf(LINE_END, from)) {
        const line = bytes.toString('latin1', from, to).replace(/\r$/, '');
        from = to + 1;
        if (line.startsWith('put ')) {
          if (!file.write(`${line.slice(4)}\n`, 'latin1')) this.waitFor(file, socket);
          if (points++ % POINTS_PER_DOT === 0) this.mark('.');
        } else if (line === 'version') {
          socket.write('drain.py\n');
          this.mark('V');
        } else this.mark('!');
      }
      rest = Buffer.from(bytes.subarray(from));
      if (rest.length > MAX_LINE_BYTES) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.mark('X');
    });
  }

  /** Reads no more of a client until its file has taken what there is. */
  private waitFor(file: WriteStream, socket: net.Socket): void {
    if (socket.isPaused()) return;
    socket.pause();
    file.once('drain', () => socket.resume());
  }
}
