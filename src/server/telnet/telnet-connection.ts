import type { Socket } from 'node:net';
import { refusalLine, ReplyOrder, storageRefusalLine, type IngestCommand, type LineCommand, type OrderedClient } from '../../ingest';
import type { StorageError } from '../../storage';
import type { PointSink } from '../../write';
import type { Tsd } from '../context';
import type { TelnetConnection } from '../telnet-types';
import { messageOf } from '../../util/message-of';
import { RateLimitedLog } from '../../util/rate-limited-log';
import { commandsOf, type Command, type CommandConnection } from './commands';
import { TimeSlice, Turns } from '../../util/time-slice';
import { InputEnd } from './input-end';
import { Output } from './output';
import { splitWords } from './words';
import { stopReading } from '../../workers';

/** Bytes without a line end that a connection may have sent. Mirrors the frame length of PipelineFactory. */
const MAX_UNENDED = 1024;

/** Lines between two looks at the clock and at whether the write buffer takes more. */
const LINES_A_LOOK = 64;
/** Connections go on one after the other: dozens of them that have much to say would make one long turn, and queries have turns of their own. */
const TURNS = new Turns();

/** Between two looks whether a connection can be let go of. */
const LOOK_MS = 5;
const NOTHING = Buffer.alloc(0);

const LF = 0x0a;
const CR = 0x0d;

/** Where the text of a line ends: before a CR in front of its LF. */
const textEnd = (bytes: Buffer, from: number, lineEnd: number): number =>
  lineEnd > from && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;

/** A frame without end: the connection is closed without a word. Mirrors TooLongFrameException. */
class TooLongFrameError extends Error {
  constructor(bytes: number) {
    super(`frame length exceeds ${MAX_UNENDED} (${bytes} - discarded)`);
    this.name = 'TooLongFrameError';
  }
}

/** A client's points of one command, told apart by it when storage does not take them. */
class CommandSink implements PointSink {
  constructor(
    readonly command: IngestCommand,
    private readonly connection: LineConnection,
  ) {}

  failed(error: StorageError, points: number): void {
    this.connection.pointsFailed(this.command.name, error, points);
  }
}

/** One client of the line protocol. Lines are handled in the order in which they come, straight from the bytes received. */
export class LineConnection implements TelnetConnection, CommandConnection, OrderedClient {
  /** Bytes of a line whose end has not come yet. */
  private unended: Buffer | null = null;
  /** What was received and not yet handled, while the connection is held. */
  private held: Buffer | null = null;
  private heldAt = 0;
  /** Bytes from the next line on in which unknown names were looked for. */
  private lookedAhead = 0;
  /** Reasons not to read on: commands under way, a full write buffer, replies not taken. */
  private holds = 0;
  /** Of these, those that nothing of this connection is under way for. */
  private pauses = 0;
  private readonly replies = new ReplyOrder(this);
  private readonly output: Output;
  private handling = false;
  private inputEnded = false;
  private finished = false;
  private readonly inputEnd: InputEnd;
  private readonly faultLog = new RateLimitedLog((message) => this.tsd.logger.error(message));
  private drained: (() => void)[] = [];
  private readonly commands = new Map<string, Command | CommandSink>();
  /** The command whose lines are taken from their bytes; null: there is none in this mode. */
  private readonly lines: LineCommand | null;
  private readonly lineSink: CommandSink;
  private readonly tellFailures: boolean;
  private readonly encoding: BufferEncoding;
  private readonly slice = new TimeSlice(null, null, TURNS);
  /** Commands that bring no points were run: what they take is not known. */
  private ranCommand = false;

  constructor(
    private readonly socket: Socket,
    private readonly tsd: Tsd,
  ) {
    this.output = new Output(socket, this);
    this.inputEnd = new InputEnd(
      socket,
      () => this.isHeld,
      () => this.endInput(),
    );
    for (const [name, command] of commandsOf(tsd))
      this.commands.set(name, typeof command === 'function' ? command : new CommandSink(command, this));
    const { put } = tsd.ingest;
    const sink = this.commands.get(put.name);
    this.lines = sink instanceof CommandSink ? put : null;
    this.lineSink = sink instanceof CommandSink ? sink : new CommandSink(put, this);
    this.tellFailures = tsd.settings.tellTelnetOfErrors;
    this.encoding = tsd.uids.codec.encoding;
  }

  /** Takes the socket over. @param first what was read of it already */
  start(first: Buffer): void {
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.socket.on('end', () => this.endInput());
    this.socket.on('error', () => this.abandon());
    this.socket.on('close', () => this.abandon());
    this.receive(first);
  }

  private receive(chunk: Buffer): void {
    if (this.finished) return;
    this.inputEnd.received();
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
    let aheadTo = at + this.lookedAhead;
    this.lookedAhead = 0;
    this.slice.restart();
    for (let lines = 0; this.holds === 0 && !this.finished; lines++) {
      if ((lines % LINES_A_LOOK === 0 || this.ranCommand) && this.mustWait()) break;
      const end = chunk.indexOf(LF, from);
      if (end < 0) break;
      const line = this.unended === null ? null : Buffer.concat([this.unended, chunk.subarray(from, end)]);
      // Answers come in the order of the lines: a command's only after those of the points in front of it.
      if (this.replies.waiting > 0 && !(line === null ? this.bringsPoint(chunk, from, end) : this.bringsPoint(line, 0, line.length))) {
        this.replies.holdForAll();
        break;
      }
      this.unended = null;
      if (line !== null) {
        if (!this.quickLine(line, 0, line.length)) this.wordLine(line, 0, line.length);
      } else if (!this.quickLine(chunk, from, end)) {
        if (from >= aheadTo) {
          aheadTo = chunk.length;
          if (this.lookAhead(chunk, from)) break;
        }
        this.wordLine(chunk, from, end);
      }
      from = end + 1;
    }
    this.handling = false;
    this.lookedAhead = Math.max(0, aheadTo - from);
    this.output.write();
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

  /** Holds the connection while the write buffer takes no more, or others have their turn. */
  private mustWait(): boolean {
    this.ranCommand = false;
    if (!this.tsd.writer.accepting) {
      this.pause();
      void this.tsd.writer.mayWrite().then(() => {
        this.pauses--;
        this.release();
      });
      return true;
    }
    if (!this.slice.isOver()) return false;
    this.pause();
    void this.slice.next().then(() => {
      this.pauses--;
      this.holds--;
      this.goOn();
    });
    return true;
  }

  private keepUnended(rest: Buffer): void {
    this.unended = this.unended === null ? Buffer.from(rest) : Buffer.concat([this.unended, rest]);
    if (this.unended.length <= MAX_UNENDED) return;
    this.finished = true;
    this.socket.destroy(new TooLongFrameError(this.unended.length));
    this.unended = null;
  }

  /** A line of the command whose lines are taken from their bytes. @returns false: it is none, or it has to be looked at word by word */
  private quickLine(bytes: Buffer, from: number, lineEnd: number): boolean {
    const { lines } = this;
    if (lines === null) return false;
    const to = textEnd(bytes, from, lineEnd);
    if (!lines.isLine(bytes, from, to) || !lines.addLine(bytes, from, to, this.lineSink)) return false;
    this.tsd.counters.rpc.telnetReceived++;
    return true;
  }

  /** Has names looked up that the lines from here on have and the fast path does not know. @returns whether the connection is held for that */
  private lookAhead(chunk: Buffer, from: number): boolean {
    const { lines } = this;
    const answer = lines !== null && lines.isLine(chunk, from, chunk.length) ? lines.lookAhead(chunk, from) : null;
    if (answer === null) return false;
    this.hold();
    void answer.then(() => this.release());
    return true;
  }

  private wordLine(bytes: Buffer, from: number, lineEnd: number): void {
    const to = textEnd(bytes, from, lineEnd);
    this.tsd.counters.rpc.telnetReceived++;
    const words = this.wordsOf(bytes, from, to);
    const command = this.commands.get(words[0]);
    if (command === undefined) this.reply(`unknown command: ${words[0]}.  Try \`help'.\n`);
    else if (command instanceof CommandSink) this.submit(command, words);
    else this.run(command, words);
  }

  private wordsOf(bytes: Buffer, from: number, to: number): string[] {
    return splitWords(bytes.toString(this.encoding, from, to));
  }

  /** Whether it is a line of a command that brings points. */
  private bringsPoint(bytes: Buffer, from: number, lineEnd: number): boolean {
    if (this.lines?.isLine(bytes, from, lineEnd)) return true;
    const to = textEnd(bytes, from, lineEnd);
    return this.commands.get(this.wordsOf(bytes, from, to)[0]) instanceof CommandSink;
  }

  private run(command: Command, words: readonly string[]): void {
    this.ranCommand = true;
    try {
      const running = command(this.tsd, words, this);
      if (running === undefined) return;
      this.hold();
      running.catch((error: unknown) => this.failedUnexpectedly(error)).finally(() => this.release());
    } catch (error) {
      this.failedUnexpectedly(error);
    }
  }

  /** A point whose line is taken word by word. */
  private submit(sink: CommandSink, words: readonly string[]): void {
    const { command } = sink;
    const refuse = (error: unknown): void => this.refuse(command.name, error);
    let submitted: Promise<void> | undefined;
    try {
      submitted = command.addWords(words, sink);
    } catch (error) {
      if (this.replies.waiting === 0) return refuse(error);
      submitted = Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    if (submitted !== undefined) this.replies.add(submitted, refuse);
  }

  answered(): void {
    this.finishIfIdle();
  }

  private refuse(command: string, error: unknown): void {
    const line = refusalLine(command, error, this.tsd.counters.ingest);
    if (line === null) this.failedUnexpectedly(error);
    else this.replyIfRead(line);
  }

  /** A reply that a client may do without: dropped when it does not read. */
  private replyIfRead(line: string): void {
    if (this.output.behind) this.tsd.counters.ingest.socketWritesBlocked++;
    else this.reply(`${line}\n`);
  }

  /** Points of this connection that storage refused after they were accepted. */
  pointsFailed(command: string, error: StorageError, points: number): void {
    for (let i = 0; i < points; i++) {
      const line = storageRefusalLine(command, error, this.tsd.counters.ingest);
      if (this.tellFailures && !this.finished) this.replyIfRead(line);
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
    this.output.add(text);
    if (!this.handling) this.output.write();
  }

  exit(): void {
    this.output.write();
    this.finished = true;
    this.socket.end();
    this.tellDrained();
  }

  /** The socket is paused, or what was read of it is not handled yet. */
  private get isHeld(): boolean {
    return this.holds > 0 || this.held !== null;
  }

  hold(): void {
    this.holds++;
  }

  /** A `hold` until there is room, or time. */
  private pause(): void {
    this.pauses++;
    this.hold();
  }

  /** Undoes one `hold`. When none is left, what was received meanwhile is handled in a new turn of the event loop. */
  release(): void {
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
    this.inputEnd.readAgain();
    this.finishIfIdle();
  }

  private endInput(): void {
    this.inputEnded = true;
    this.finishIfIdle();
  }

  /** Ends the socket once the client has sent everything and has got every reply. */
  private finishIfIdle(): void {
    if (!this.inputEnded || this.finished || this.isHeld || this.replies.waiting > 0 || this.handling) return;
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

  letGo(): Promise<Buffer | null> {
    this.pause();
    stopReading(this.socket);
    return new Promise((resolve) => {
      const look = (): boolean => {
        if (!this.finished && !this.isBetweenLines) return false;
        resolve(this.finished ? null : this.takeUnhandled());
        return true;
      };
      if (look()) return;
      const timer = setInterval(() => {
        if (look()) clearInterval(timer);
      }, LOOK_MS);
    });
  }

  /** Nothing of it is under way, and the client has everything that it is to have. One whose client has said everything ends by itself. */
  private get isBetweenLines(): boolean {
    const quiet = this.holds === this.pauses && this.replies.waiting === 0 && !this.handling && !this.inputEnded;
    return quiet && this.output.empty;
  }

  /** Ends this side's part in the connection. */
  private takeUnhandled(): Buffer {
    const held = this.held?.subarray(this.heldAt) ?? NOTHING;
    const arrived = (this.socket.read() as Buffer | null) ?? NOTHING;
    // Whoever takes what a socket has read makes it read on: that would be nobody's.
    stopReading(this.socket);
    const unhandled = Buffer.concat([this.unended ?? NOTHING, held, arrived]);
    this.abandon();
    return unhandled;
  }

  /** Handles what has arrived, line ends given, and ends the connection. */
  drain(most: number): Promise<void> {
    if (this.finished) return Promise.resolve();
    const done = new Promise<void>((resolve) => this.drained.push(resolve));
    this.inputEnd.find(most);
    return done;
  }
}
