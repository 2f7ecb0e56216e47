import type { Socket } from 'node:net';
import type { StorageError } from '../../storage';
import type { PointSink } from '../../write';
import type { Tsd } from '../context';
import type { TelnetConnection } from '../telnet-types';
import { messageOf } from '../../util/message-of';
import { RateLimitedLog } from '../../util/rate-limited-log';
import { commandsOf, type Command, type CommandConnection } from './commands';
import { put, storageOutcome, type PutOutcome } from './put-command';
import { splitWords } from './words';

/** Bytes without a line end that a connection may have sent. Mirrors the frame length of PipelineFactory. */
const MAX_UNENDED = 1024;
/** Points of one connection that may wait for UIDs. */
const MAX_WAITING = 4096;
/** Replies a client has not taken: beyond the first, lines about failed points are dropped; beyond the second, it is not read. */
const WRITES_BLOCKED = 64 * 1024;
const WRITES_FULL = 1024 * 1024;

/** Lines between two looks at whether the write buffer takes more. */
const LINES_A_LOOK = 64;

const LF = 0x0a;
const CR = 0x0d;
/** Milliseconds that a client which never stops sending is still listened to. */
const DRAIN_MS = 2_000;
/** Milliseconds between two log lines about bad input of one connection. */

/** A frame without end: the connection is closed without a word. Mirrors TooLongFrameException. */
class TooLongFrameError extends Error {
  constructor(bytes: number) {
    super(`frame length exceeds ${MAX_UNENDED} (${bytes} - discarded)`);
    this.name = 'TooLongFrameError';
  }
}

/** One client of the line protocol. Lines are handled in the order in which they come, straight from the bytes received. */
export class LineConnection implements TelnetConnection, CommandConnection, PointSink {
  /** Bytes of a line whose end has not come yet. */
  private unended: Buffer | null = null;
  /** What was received and not yet handled, while the connection is held. */
  private held: Buffer | null = null;
  private heldAt = 0;
  /** Reasons not to read on: commands under way, turns waited for, replies not taken. */
  private holds = 0;
  private backlogged = false;
  private blocked = false;
  /** Put lines that wait for UIDs, or for the answers of those in front of them. */
  private waiting = 0;
  /** The last of their answers has been given. */
  private told: Promise<void> = Promise.resolve();
  /** A command waits for them. */
  private awaitingPoints = false;
  private out = '';
  private handling = false;
  private inputEnded = false;
  private finished = false;
  /** Nothing came since this was set. */
  private quiet = false;
  private readonly faultLog = new RateLimitedLog((message) => this.tsd.logger.error(message));
  private drained: (() => void)[] = [];
  private readonly commands: ReadonlyMap<string, Command | 'put'>;
  private readonly puts: boolean;
  private readonly tellFailures: boolean;
  private readonly charset: BufferEncoding;

  constructor(
    private readonly socket: Socket,
    private readonly tsd: Tsd,
  ) {
    this.commands = commandsOf(tsd);
    this.puts = this.commands.has('put');
    this.tellFailures = tsd.config.getBoolean('tsd.rpc.telnet.return_errors');
    this.charset = tsd.uids.codec.charset === 'UTF-8' ? 'utf8' : 'latin1';
  }

  /** Takes the socket over. @param first what was read of it already */
  start(first: Buffer): void {
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.socket.on('end', () => {
      this.inputEnded = true;
      this.finishIfIdle();
    });
    this.socket.on('error', () => this.abandon());
    this.socket.on('close', () => this.abandon());
    this.receive(first);
  }

  private receive(chunk: Buffer): void {
    if (this.finished) return;
    this.quiet = false;
    if (this.held !== null) {
      // Data that was on its way when the socket was paused.
      this.held = Buffer.concat([this.held.subarray(this.heldAt), chunk]);
      this.heldAt = 0;
      return;
    }
    this.handle(chunk, 0);
  }

  /** Handles lines of a chunk from `at` on, until the connection is held or the chunk ends. */
  private handle(chunk: Buffer, at: number): void {
    this.handling = true;
    let from = at;
    for (let lines = 0; this.holds === 0 && !this.finished; lines++) {
      if (lines % LINES_A_LOOK === 0 && !this.tsd.writer.accepting) {
        this.awaitTurn();
        break;
      }
      const end = chunk.indexOf(LF, from);
      if (end < 0) break;
      const line = this.unended === null ? null : Buffer.concat([this.unended, chunk.subarray(from, end)]);
      // Answers come in the order of the lines: a command's only after those of the points in front of it.
      if (this.waiting > 0 && !(line === null ? isPut(chunk, from, end) : isPut(line, 0, line.length))) {
        this.awaitPoints();
        break;
      }
      this.unended = null;
      if (line === null) this.line(chunk, from, end);
      else this.line(line, 0, line.length);
      from = end + 1;
    }
    this.handling = false;
    this.writeOut();
    if (this.finished) return;
    if (this.holds > 0) {
      this.held = chunk;
      this.heldAt = from;
      this.socket.pause();
      return;
    }
    if (from < chunk.length) this.keepUnended(chunk.subarray(from));
    this.finishIfIdle();
  }

  private keepUnended(rest: Buffer): void {
    this.unended = this.unended === null ? Buffer.from(rest) : Buffer.concat([this.unended, rest]);
    if (this.unended.length <= MAX_UNENDED) return;
    this.finished = true;
    this.socket.destroy(new TooLongFrameError(this.unended.length));
    this.unended = null;
  }

  private line(bytes: Buffer, from: number, lineEnd: number): void {
    const to = lineEnd > from && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    this.tsd.counters.rpc.telnetReceived++;
    if (this.puts && isPut(bytes, from, to)) {
      if (!this.tsd.writer.addLine(bytes, from + 4, to, 'telnet', this)) this.longPut(bytes.toString(this.charset, from, to));
      return;
    }
    const words = splitWords(bytes.toString(this.charset, from, to));
    const command = this.commands.get(words[0]);
    if (command === undefined) this.reply(`unknown command: ${words[0]}.  Try \`help'.\n`);
    else if (command === 'put') this.longPut(words.join(' '));
    else this.run(command, words);
  }

  private run(command: Command, words: readonly string[]): void {
    try {
      const running = command(this.tsd, words, this);
      if (running === undefined) return;
      this.hold();
      running.catch((error: unknown) => this.failedUnexpectedly(error)).finally(() => this.release());
    } catch (error) {
      this.failedUnexpectedly(error);
    }
  }

  private longPut(line: string): void {
    const outcome = put(this.tsd, splitWords(line), this);
    if (outcome === null) return;
    if (!(outcome instanceof Promise) && this.waiting === 0) {
      this.tellPut(outcome);
      return;
    }
    if (++this.waiting >= MAX_WAITING && !this.backlogged) {
      this.backlogged = true;
      this.hold();
    }
    const before = this.told;
    this.told = Promise.all([outcome, before]).then(([result]) => this.pointDone(result));
  }

  private pointDone(result: PutOutcome): void {
    this.waiting--;
    this.tellPut(result);
    if (this.backlogged && this.waiting <= MAX_WAITING / 2) {
      this.backlogged = false;
      this.release();
    }
    if (this.awaitingPoints && this.waiting === 0) {
      this.awaitingPoints = false;
      this.release();
    }
    this.finishIfIdle();
  }

  private tellPut(outcome: PutOutcome): void {
    if (outcome.rethrow !== null) this.failedUnexpectedly(outcome.rethrow);
    if (outcome.reply === null) return;
    if (this.socket.writableLength + this.out.length > WRITES_BLOCKED) this.tsd.counters.put.socketWritesBlocked++;
    else this.reply(outcome.reply);
  }

  /** Points of this connection that storage refused after they were accepted. */
  failed(error: StorageError, points: number): void {
    for (let i = 0; i < points; i++) {
      const outcome = storageOutcome(this.tsd, 'put', error);
      if (this.tellFailures && !this.finished) this.tellPut(outcome);
    }
  }

  /** The original answers nothing here; it counts, and a line in the log says what it was. */
  private failedUnexpectedly(error: unknown): void {
    this.tsd.counters.rpc.exceptions++;
    const { remoteAddress, remotePort } = this.socket;
    this.faultLog.log(`Unexpected exception caught while serving /${remoteAddress}:${remotePort}: ${messageOf(error)}`);
  }

  reply(text: string): void {
    if (this.finished) return;
    this.out += text;
    if (!this.handling) this.writeOut();
  }

  private writeOut(): void {
    if (this.out === '') return;
    const text = this.out;
    this.out = '';
    if (!this.socket.writable) return;
    this.socket.write(text);
    if (this.blocked || this.socket.writableLength <= WRITES_FULL) return;
    this.blocked = true;
    this.hold();
    this.socket.once('drain', () => {
      this.blocked = false;
      this.release();
    });
  }

  exit(): void {
    this.writeOut();
    this.finished = true;
    this.socket.end();
    this.tellDrained();
  }

  private awaitPoints(): void {
    this.awaitingPoints = true;
    this.hold();
  }

  private awaitTurn(): void {
    this.hold();
    this.tsd.writer.awaitTurn(() => this.release());
  }

  private hold(): void {
    this.holds++;
  }

  /** One reason less to hold; what was received meanwhile is handled in a turn of its own. */
  private release(): void {
    this.holds--;
    if (this.holds === 0) setImmediate(() => this.goOn());
  }

  private goOn(): void {
    if (this.holds > 0 || this.finished || this.handling) return;
    const held = this.held;
    if (held !== null) {
      this.held = null;
      this.handle(held, this.heldAt);
      if (this.held !== null) return;
    }
    this.socket.resume();
    this.finishIfIdle();
  }

  /** Ends the socket when the client has said all and has been told all. */
  private finishIfIdle(): void {
    if (!this.inputEnded || this.finished || this.held !== null || this.holds > 0 || this.waiting > 0 || this.handling) return;
    this.exit();
  }

  private abandon(): void {
    this.finished = true;
    this.held = null;
    this.unended = null;
    this.tellDrained();
  }

  private tellDrained(): void {
    for (const told of this.drained) told();
    this.drained = [];
  }

  /** Handles what has been received, line ends given, and ends the connection. */
  drain(): Promise<void> {
    if (this.finished) return Promise.resolve();
    const done = new Promise<void>((resolve) => this.drained.push(resolve));
    this.drainOnceQuiet(Date.now() + DRAIN_MS);
    return done;
  }

  /** Bytes that the kernel holds already were received too: reads on until a turn of the event loop brings nothing. */
  private drainOnceQuiet(deadline: number): void {
    this.quiet = true;
    setImmediate(() =>
      setImmediate(() => {
        if (!this.quiet && Date.now() < deadline) return this.drainOnceQuiet(deadline);
        this.inputEnded = true;
        this.finishIfIdle();
      }),
    );
  }
}

function isPut(b: Buffer, from: number, to: number): boolean {
  return to - from > 4 && b[from] === 0x70 && b[from + 1] === 0x75 && b[from + 2] === 0x74 && b[from + 3] === 0x20;
}
