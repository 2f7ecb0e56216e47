import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { messageOf } from './message-of';

/**
 * Where log lines go. Nothing here throws, waits or keeps more than a bounded number of bytes: a log that can't be written must not keep a
 * daemon from its work.
 */
export interface LogOutput {
  /** @param line without the line end */
  write(line: string): void;
  /** What was written has left the process when it resolves, or can't. */
  close(): Promise<void>;
}

/** Bytes that a reader of a pipe may be behind; lines beyond are left out and counted. */
const MOST_UNREAD_BYTES = 1 << 20;
/** A file that could not be written is tried again after so many milliseconds. */
const RETRY_MS = 1_000;
/** What a reader that does not keep up may hold up the end. */
const CLOSE_MS = 2_000;
const STDERR_FD = 2;

/** A line on standard error: what can't be logged is told there, if anywhere. */
function tellStderr(message: string): void {
  try {
    writeSync(STDERR_FD, `${message}\n`);
  } catch {
    // there is nobody left to tell
  }
}

const leftOutLine = (lines: number): string => `(${lines} log lines were left out here)`;

/** Lines to a pipe, a socket or a terminal, as fast as they are read there. A reader that has gone away ends the output. */
export class PipeOutput implements LogOutput {
  private gone = false;
  private leftOut = 0;

  /**
   * @param name of the stream, for people
   * @param tell takes the message that says why nothing is written any more
   */
  constructor(
    private readonly stream: Writable,
    private readonly name: string,
    private readonly tell: (message: string) => void = tellStderr,
  ) {
    stream.on('error', (error) => this.failed(error));
  }

  write(line: string): void {
    if (this.gone) return;
    if (this.stream.writableLength > MOST_UNREAD_BYTES) {
      this.leftOut++;
      return;
    }
    if (this.leftOut > 0) this.stream.write(`${leftOutLine(this.leftOut)}\n`);
    this.leftOut = 0;
    this.stream.write(`${line}\n`);
  }

  close(): Promise<void> {
    if (this.gone) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS);
      this.stream.write('', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private failed(error: Error): void {
    if (this.gone) return;
    this.gone = true;
    this.tell(`No more log lines go to ${this.name}: ${messageOf(error)}`);
  }
}

export interface FileOptions {
  /** A file that is longer is kept as `NAME.1`, the one before as `NAME.2`, and so on. Absent: never. */
  maxBytes?: number;
  /** Files, with the one that is written. */
  files?: number;
  /** Takes the message that says why nothing is written. Default: standard error. */
  tell?: (message: string) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/**
 * Lines to a file, written at once. When that fails (no room, not allowed) it is told once, lines are left out, and it is tried again each
 * second: it goes on by itself, with the number of lines that are missing.
 */
export class FileOutput implements LogOutput {
  private fd: number | null = null;
  private size = 0;
  /** Ends in the middle of a line: there was room for a part of it. */
  private torn = false;
  private leftOut = 0;
  private retryAt = -Infinity;
  private told = false;
  private closed = false;
  private readonly tell: (message: string) => void;
  private readonly now: () => number;

  /** @param path a descriptor that is open already, or a path, which is opened at once: what is wrong with it is told now */
  constructor(
    private readonly path: string | number,
    private readonly options: FileOptions = {},
  ) {
    this.tell = options.tell ?? tellStderr;
    this.now = options.now ?? Date.now;
    this.attempt(() => this.open());
  }

  write(line: string): void {
    if (this.closed) return;
    const now = this.now();
    // A clock that was set back must not silence the log until it has caught up.
    const resting = now < this.retryAt && now >= this.retryAt - RETRY_MS;
    if (resting || !this.attempt(() => this.append(line))) this.leftOut++;
  }

  close(): Promise<void> {
    if (this.fd !== null && typeof this.path === 'string') closeSync(this.fd);
    this.fd = null;
    this.closed = true;
    return Promise.resolve();
  }

  private attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.retryAt = this.now() + RETRY_MS;
      if (!this.told) this.tell(`Log lines can't be written to ${this.path}, they are left out until they can: ${messageOf(error)}`);
      this.told = true;
      return false;
    }
  }

  /** @throws the system's error */
  private append(line: string): void {
    const fd = this.fd ?? this.open();
    if (this.torn) this.put(fd, '\n');
    this.torn = false;
    if (this.leftOut > 0) this.put(fd, `${leftOutLine(this.leftOut)}\n`);
    this.leftOut = 0;
    this.told = false;
    this.put(fd, `${line}\n`);
    if (this.size > (this.options.maxBytes ?? Infinity)) this.rotate();
  }

  private put(fd: number, text: string): void {
    const bytes = Buffer.from(text);
    const written = writeSync(fd, bytes);
    this.size += written;
    if (written === bytes.length) return;
    // The reason comes with the next try.
    this.torn = written > 0;
    const more = writeSync(fd, bytes, written);
    this.size += more;
    if (written + more < bytes.length) throw new Error('not enough room');
    this.torn = false;
  }

  private open(): number {
    if (typeof this.path === 'number') this.fd = this.path;
    else {
      const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK } = constants;
      // not blocking: opening a FIFO that nobody reads must not hold the process
      this.fd = openSync(this.path, O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK, 0o644);
    }
    const stat = fstatSync(this.fd);
    this.size = stat.isFile() ? stat.size : -Infinity;
    return this.fd;
  }

  /** A directory that does not let files be renamed leaves a file that grows. */
  private rotate(): void {
    const { path, fd } = this;
    if (typeof path !== 'string' || fd === null) return;
    const last = (this.options.files ?? 4) - 1;
    try {
      for (let n = last - 1; n > 0; n--) renameIfThere(`${path}.${n}`, `${path}.${n + 1}`);
      renameIfThere(path, `${path}.1`);
    } catch (error) {
      this.size = 0; // again after as many bytes
      this.tell(`Log file ${path} can't be rotated: ${messageOf(error)}`);
      return;
    }
    closeSync(fd);
    this.fd = null;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

const STDOUT_FD = 1;

/** Lines to standard output, whatever that is: a file or device is written at once, a pipe or a terminal as fast as it is read. */
export function standardOutput(): LogOutput {
  return isPipeOrTerminal(STDOUT_FD) ? new PipeOutput(process.stdout, 'standard output') : new FileOutput(STDOUT_FD);
}

function isPipeOrTerminal(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket() || isatty(fd);
  } catch {
    return false; // closed: the first write tells
  }
}
